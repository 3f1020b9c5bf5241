-- A search for orphaned bytes that had given up stood in the way of every later one; neither it nor a removal gives up any more.
UPDATE processes SET state = 'ready', attempts = 0, next_at = now() WHERE kind IN ('asset_orphans', 'asset_removal') AND state = 'set_aside';

-- Late events are found by the transaction that wrote them, and by nothing else.  Of an empty day's partition (epoch, xid, seq) and (epoch, seq)
-- look as good to the planner, and the plan is kept: with the second each pull read the day from its beginning.
CREATE INDEX outbox_xid_idx ON outbox (xid);
DROP INDEX outbox_position_idx;

"""Uploads of assets, and their store."""
import os

from checks import wait_for

BOUNDARY = "----a-boundary"
MULTIPART = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}


def form(*parts):
    """Parts as (name, bytes) or (name, bytes, filename, type)."""
    out = b""
    for name, content, *file in parts:
        out += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"'.encode()
        if file:
            out += f'; filename="{file[0]}"'.encode() + (f"\r\nContent-Type: {file[1]}".encode() if file[1] else b"")
        out += b"\r\n\r\n" + content + b"\r\n"
    return out + f"--{BOUNDARY}--\r\n".encode()


def files_below(root):
    return sorted(os.path.join(path, name) for path, _, names in os.walk(root) for name in names)


def content(client, asset, query="", **options):
    return client.get(f"/api/assets/{asset['id']}/content{query}", **options)


def find_orphans(system):
    """Go through the store now, to the end."""
    system.sql("UPDATE content.processes SET next_at = now() WHERE kind = 'timer' AND key = 'assets.orphans'")
    due = "SELECT count(*) FROM content.processes WHERE (kind = 'timer' AND key = 'assets.orphans' AND next_at < now() + interval '1 hour') OR kind = 'asset_orphans'"
    wait_for(lambda: system.count(due) == 0, "the search for orphans", 15, 0.05)

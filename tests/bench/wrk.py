"""One target over and over."""
import re
import subprocess

from checks import expect

UNIT_MS = {"us": 1e-3, "ms": 1, "s": 1e3}


def wrk(client, url, connections, seconds):
    """Requests a second, and ms at the median and the 99th percentile."""
    done = subprocess.run(["wrk", "-t", str(min(connections, 2)), "-c", str(connections), "-d", f"{seconds}s", "--timeout", "10s", "--latency", "-H", f"x-api-key: {client.key}", url],
                          capture_output=True, text=True, check=False)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    expect(rate and "Non-2xx" not in done.stdout, f"wrk said: {done.stdout} {done.stderr}")
    p50, p99 = (float(value) * UNIT_MS[unit] for value, unit in (re.search(rf"{p}%\s+([\d.]+)(us|ms|s)\b", done.stdout).groups() for p in (50, 99)))
    return float(rate.group(1)), p50, p99

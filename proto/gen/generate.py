#!/usr/bin/env python3
"""Write proto/generated from proto/*.toml, services/*/queries.sql and migrations; --check compares instead."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import check
import mcp_model
import model
import out_docs
import out_errors
import out_graphql
import out_mcp
import out_openapi
import out_policy
import out_proto
import out_queries
import out_registry
import out_service
import rows

ROOT = Path(__file__).resolve().parents[2]


def build(proto_dir, services_dir, migrations_dir=None):
    """File name -> text of everything that is generated.  Raises ContractError."""
    contract = model.load(proto_dir)
    rows.infer(contract, services_dir, migrations_dir or Path(services_dir).parent / "migrations")
    contract.resources = [mcp_model.read_resource(*table) for table in contract.resources]
    contract.prompts = [mcp_model.read_prompt(*table) for table in contract.prompts]
    check.check(contract)
    mcp_model.check(contract)
    files = {}
    for output in (out_errors, out_policy, out_proto, out_service, out_registry, out_openapi, out_docs, out_graphql, out_mcp):
        files.update(output.outputs(contract))
    files.update(out_queries.outputs(contract, services_dir))
    return files


def stale_files(files, out_dir):
    """Names of committed files that differ, are missing, or are no longer generated."""
    present = {path.name: path.read_text(encoding="utf-8") for path in out_dir.iterdir()} if out_dir.is_dir() else {}
    return sorted(name for name in files.keys() | present.keys() if files.get(name) != present.get(name))


def write(files, out_dir):
    """Only what changed is written, so that make rebuilds no more than it must."""
    out_dir.mkdir(parents=True, exist_ok=True)
    for name in stale_files(files, out_dir):
        if name in files:
            (out_dir / name).write_text(files[name], encoding="utf-8")
        else:
            (out_dir / name).unlink()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 naming files that are not current")
    parser.add_argument("--proto", type=Path, default=ROOT / "proto", metavar="DIR", help="directory of the TOML files")
    parser.add_argument("--services", type=Path, default=ROOT / "services", metavar="DIR", help="directory of the services")
    parser.add_argument("--migrations", type=Path, metavar="DIR", help="directory of the migrations (default: beside the services)")
    parser.add_argument("--out", type=Path, metavar="DIR", help="output directory (default: generated/ beside the TOML files)")
    options = parser.parse_args()
    out_dir = options.out or options.proto / "generated"
    try:
        files = build(options.proto, options.services, options.migrations)
    except model.ContractError as problem:
        print(f"proto: {problem}", file=sys.stderr)
        return 2
    if not options.check:
        write(files, out_dir)
        return 0
    stale = stale_files(files, out_dir)
    if stale:
        print(f"proto: not current, run 'make generate': {', '.join(stale)}", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())

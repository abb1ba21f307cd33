"""The command line: serve, sweep, check."""

import argparse

from dropbay.checksum import sha_of_file
from dropbay.cleanup import orphans
from dropbay.config import load_settings
from dropbay.storage import storage_for


def main(argv=None):
    parser = argparse.ArgumentParser(prog="dropbay")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve")
    commands.add_parser("orphans")
    check = commands.add_parser("check")
    check.add_argument("path")
    args = parser.parse_args(argv)
    return globals()[f"run_{args.command}"](args)


def run_orphans(args):
    storage = storage_for(f"file:{load_settings().root}")
    for key in orphans(storage, {}):
        print(key)


def run_check(args):
    print(sha_of_file(args.path), args.path)

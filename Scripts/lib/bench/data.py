"""The data: files of made-up spans, generated once and kept."""

import hashlib
import os
import pathlib
import subprocess
import sys

FORMATS = {"json": "otlp-json", "jsonl": "otlp-jsonl", "pbf": "otlp-protobuf-frames"}


class Data:
    """Makes files on demand, in a folder that is emptied when the generator's source changes."""

    def __init__(self, root, spans):
        self.spans = spans
        self._generator = root / ".build/release/generate-spans"
        self._folder = root / ".build/bench-data"
        self._folder.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256()
        for source in sorted((root / "Benchmarks").glob("*/*.swift")):
            digest.update(source.read_bytes())
        stamp = self._folder / "generator.sha256"
        if not stamp.exists() or stamp.read_text() != digest.hexdigest():
            # Other bytes would not compare.
            for file in self._folder.iterdir():
                file.unlink()
            stamp.write_text(digest.hexdigest())

    def file(self, kind, shape="mixed", spans=None, name=None, **options):
        """The path of spans in a format: json, jsonl or pbf. It is read once, to be cached."""
        spans = self.spans if spans is None else spans
        path = self._folder / f"{name or shape}-{spans}.{kind}"
        if not path.exists():
            print(f"generating {path.name}…", file=sys.stderr, flush=True)
            part = path.with_suffix(".part")
            command = [self._generator, "--spans", str(spans), "--shape", shape]
            command += ["--format", FORMATS[kind], "--output", part]
            for option, value in options.items():
                command += [f"--{option}", str(value)]
            subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
            part.rename(path)
        warm(path)
        return path

    def made(self, name, make):
        """The path of a file that `make(path)` writes, unless it is there."""
        path = self._folder / name
        if not path.exists():
            print(f"making {name}…", file=sys.stderr, flush=True)
            part = pathlib.Path(f"{path}.part")
            make(part)
            part.rename(path)
        warm(path)
        return path


def warm(path):
    """Reads a file, so that what follows measures no disk."""
    with open(path, "rb", buffering=0) as file:
        buffer = bytearray(1 << 20)
        while file.readinto(buffer):
            pass


def megabytes(path):
    return os.path.getsize(path) / 1e6

#!/usr/bin/env python3
# SPDX-FileCopyrightText: The CDRA workbench authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Brings the .ts files up to date with the sources: python3 resources/translations/update.py [--table FILE.tsv]

lupdate of Qt 6.4 leaves out the namespaces of `namespace a::b {`, which Qt looks words up under; this puts them back. Words
that are translated stay so, words that went are dropped. Files of a table (English, tab, translation; \\n for a line break)
are taken over into the language they are named for.
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET

here = pathlib.Path(__file__).resolve().parent
root = here.parent.parent
# Contexts that the sources name themselves, in QCoreApplication::translate().
named = ("Road", "Stage", "Preset", "Help", "QObject")


def qualified_names():
    names = {}
    for folder, namespace in (("widgets", "cdra::widgets"), ("app/workbench", "cdra::workbench")):
        for file in list((root / folder).rglob("*.h")) + list((root / folder).rglob("*.cpp")):
            for name in re.findall(r"^class (\w+)[^;]*\{", file.read_text(encoding="utf-8"), re.M):
                names.setdefault(name, f"{namespace}::{name}")
    return names


def known_words(file):
    known = {}
    if file.exists():
        for context in ET.parse(file).getroot().findall("context"):
            for message in context.findall("message"):
                translation = message.find("translation")
                text = translation.findtext("numerusform") or translation.text
                if text and translation.get("type") != "obsolete":
                    known.setdefault(message.findtext("source"), text)
    return known


def update(file, tables):
    known = known_words(file)
    for table in tables:
        for line in pathlib.Path(table).read_text(encoding="utf-8").splitlines():
            english, _, words = line.partition("\t")
            known[english.replace("\\n", "\n")] = words.replace("\\n", "\n")
    qt6 = "/usr/lib/qt6/bin/lupdate"  # what Debian calls lupdate may be that of Qt 5
    lupdate = qt6 if pathlib.Path(qt6).exists() else shutil.which("lupdate")
    with tempfile.TemporaryDirectory() as folder:
        fresh = pathlib.Path(folder) / file.name
        subprocess.run([lupdate, "app/workbench", "widgets", "-no-obsolete", "-locations", "none", "-ts", str(fresh), "-target-language",
                        file.stem.partition("_")[2]], cwd=root, check=True, capture_output=True)
        tree = ET.parse(fresh)
    names = qualified_names()
    contexts = {}
    for context in tree.getroot().findall("context"):
        name = context.findtext("name")
        # Functions called tr() in a .cpp file look words up under a name of their own.
        targets = ["Road", "Stage", "Help"] if "::" in name and name.rsplit("::", 1)[1] in ("workbench", "widgets") else [name if name in named else names.get(name, name)]
        for target in targets:
            entries = contexts.setdefault(target, {})
            for message in context.findall("message"):
                entries[message.findtext("source")] = message.get("numerus") == "yes"
    missing = []
    out = ET.Element("TS", version="2.1", language=file.stem.partition("_")[2], sourcelanguage="en")
    for name in sorted(contexts):
        context = ET.SubElement(out, "context")
        ET.SubElement(context, "name").text = name
        for source, numerus in contexts[name].items():
            message = ET.SubElement(context, "message", {"numerus": "yes"} if numerus else {})
            ET.SubElement(message, "source").text = source
            translation = ET.SubElement(message, "translation")
            holder = ET.SubElement(translation, "numerusform") if numerus else translation
            holder.text = known.get(source, "")
            if not known.get(source):
                translation.set("type", "unfinished")
                missing.append(source)
    ET.indent(out)
    file.write_text('<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n' + ET.tostring(out, encoding="unicode") + "\n", encoding="utf-8")
    return missing


def main():
    tables = [sys.argv[i + 1] for i, word in enumerate(sys.argv[:-1]) if word == "--table"]
    incomplete = False
    for file in sorted(here.glob("cdra-workbench_*.ts")):
        missing = update(file, tables)
        incomplete = incomplete or bool(missing)
        print(f"{file.name}: {len(set(missing))} words without a translation")
        for word in sorted(set(missing)):
            print("   ", repr(word))
    return 1 if incomplete else 0


if __name__ == "__main__":
    sys.exit(main())

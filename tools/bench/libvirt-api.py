"""Does to each snapshot what the JSON on standard input asks for: {"verb": ..., "tasks": [{"domain", "snapshot"}]}."""

import json
import sys
from xml.sax.saxutils import escape

import libvirt


def create(domain, name):
    domain.snapshotCreateXML(f"<domainsnapshot><name>{escape(name)}</name></domainsnapshot>")


def read(domain, name):
    domain.snapshotLookupByName(name).getXMLDesc()


def revert(domain, name):
    domain.revertToSnapshot(domain.snapshotLookupByName(name))


def delete(domain, name):
    domain.snapshotLookupByName(name).delete()


VERBS = {"create": create, "read": read, "revert": revert, "delete": delete}

work = json.load(sys.stdin)
connection = libvirt.open(None)
for task in work["tasks"]:
    VERBS[work["verb"]](connection.lookupByName(task["domain"]), task["snapshot"])

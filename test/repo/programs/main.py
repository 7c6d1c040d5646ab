"""Declares resources of the SDK, calls a function of it, and prints what the engine is asked for."""

import json

import pulumi

asked = {}


class Mocks(pulumi.runtime.Mocks):
    """Stands for the engine."""

    def new_resource(self, args):
        asked[args.name] = {"type": args.typ, "inputs": args.inputs}
        return args.name, {"name": "debian12", **args.inputs}

    def call(self, args):
        asked["call"] = {"type": args.token, "inputs": args.args}
        leaf = {"name": "leaf", "children": []}
        roots = [{"name": "base", "children": [leaf]}]
        return {"domainName": "debian12", "domainUuid": "", "snapshots": [], "roots": roots}


pulumi.runtime.set_mocks(Mocks(), preview=False)

import pulumi_virsh as virsh  # noqa: E402: registers its resources with the mocks


@pulumi.runtime.test
def program():
    host = virsh.Provider("host", uri="qemu:///system", revert={"to": "running"})
    vm = virsh.Domain("vm", xml="<domain/>", running=False, opts=pulumi.ResourceOptions(provider=host))
    tree = virsh.get_snapshots(domain="debian12", topological=True)
    virsh.Snapshot(
        "checkpoint",
        domain=vm.name,
        description=tree.roots[0].children[0].name,
        disk_only=True,
        quiesce=virsh.SnapshotQuiesce.REQUIRED,
        disks=[virsh.SnapshotDiskArgs(name="vda", snapshot=virsh.SnapshotDiskSnapshot.EXTERNAL)],
        revert={"triggers": [1, "two"]},
    )


program()
print(json.dumps(asked))

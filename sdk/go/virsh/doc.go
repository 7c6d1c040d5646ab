// libvirt VM snapshots as code: take a checkpoint, preview what a revert will lose, go back, with Pulumi
package virsh

// VM snapshots of libvirt as code: take a checkpoint, preview what a revert will lose, go back.
package virsh

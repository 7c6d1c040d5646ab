import type * as pulumi from "@pulumi/pulumi";

/** The inputs of a `Domain`. */
export interface DomainArgs {
  /**
   * The definition: the text of one `<domain>`, as `virsh dumpxml --inactive` prints it. Without `<uuid>` the domain
   * gets one and keeps it.
   *
   * A change redefines the domain in place (`virsh define`). A running domain uses the new definition from its next
   * boot; the preview says when the change takes effect. Another `<name>` renames the domain, which libvirt allows only
   * while it is off and has no snapshots. Another `<uuid>` under the same name is refused; together with another
   * `<name>` it means another domain: this one is deleted, then the other one is defined. Required.
   */
  xml: pulumi.Input<string>;
  /**
   * Connection URI of the hypervisor (`--connect`), for instance `qemu:///system` or `qemu+ssh://root@host/system`.
   * URIs that would run a program on this machine (`command=`, `argv=`) are refused. A change is an error unless the
   * new URI leads to the same domain.
   *
   * Default: `virsh:uri` of the stack's configuration, else virsh's own default.
   */
  uri?: pulumi.Input<string | undefined> | undefined;
  /**
   * Whether the domain runs (`start`) or is off (`shutdown`, then `destroy` after `shutdownTimeoutSeconds`). A paused
   * domain counts as running. This takes effect when the domain is created and when another input changes, but not
   * when someone else stops or starts the domain.
   *
   * Default: `true`.
   */
  running?: pulumi.Input<boolean | undefined> | undefined;
  /**
   * Whether the domain starts together with its host (`autostart`).
   *
   * Default: left as it is on the host; a new domain does not.
   */
  autostart?: pulumi.Input<boolean | undefined> | undefined;
  /**
   * On create, adopts an existing domain of that name instead of failing. The domain gets this definition and then
   * belongs to the program: `pulumi destroy` undefines it.
   *
   * Default: `false`.
   */
  adopt?: pulumi.Input<boolean | undefined> | undefined;
  /**
   * Seconds that the guest may take to shut down before it is stopped as by a power cut, a whole number from 0 (at
   * once) to 86400. A paused guest cannot react and is stopped at once.
   *
   * Default: `60`.
   */
  shutdownTimeoutSeconds?: pulumi.Input<number | undefined> | undefined;
  /**
   * Makes libvirt validate the XML against its schema (`define --validate`). libvirt otherwise ignores elements and
   * attributes that it does not know.
   *
   * Default: `false`.
   */
  validate?: pulumi.Input<boolean | undefined> | undefined;
}

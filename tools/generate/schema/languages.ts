/** How the SDK of each language is named and built. `repository`: where Go finds it, without `https://`. */
export function languages(repository: string): object {
  const go = `${repository}/sdk/go/virsh`;
  return {
    nodejs: { packageName: "pulumi-virsh", respectSchemaVersion: true },
    python: {
      packageName: "pulumi_virsh",
      pythonRequires: ">=3.10",
      requires: { pulumi: ">=3.216.0,<4.0.0" },
      pyproject: { enabled: true },
      readme: `Snapshots and domains of libvirt for Pulumi programs in Python. Documentation: https://${repository}`,
      respectSchemaVersion: true,
    },
    go: {
      importBasePath: go,
      modulePath: go,
      rootPackageName: "virsh",
      respectSchemaVersion: true,
    },
    // The prefix "Pulumi." of names on NuGet belongs to Pulumi.
    csharp: {
      rootNamespace: "PulumiVirsh",
      namespaces: { virsh: "Virsh" },
      packageReferences: { Pulumi: "3.*" },
      respectSchemaVersion: true,
    },
    java: {
      basePackage: "io.github.pulumivirsh",
      buildFiles: "gradle",
      dependencies: { "com.pulumi:pulumi": "1.0.0" },
    },
  };
}

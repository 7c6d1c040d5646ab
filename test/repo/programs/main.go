// Command main declares resources of the SDK, calls a function of it, and prints what the engine is asked for.
package main

import (
	"encoding/json"
	"os"

	"github.com/pulumi-virsh/pulumi-virsh/sdk/go/virsh"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

type asked struct {
	Type    string         `json:"type"`
	Inputs  map[string]any `json:"inputs"`
	Aliases []string       `json:"aliases,omitempty"`
	Version string         `json:"version"`
}

// mocks stands for the engine.
type mocks struct{ asked map[string]asked }

func (m *mocks) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	one := asked{Type: args.TypeToken, Inputs: args.Inputs.Mappable(), Version: args.RegisterRPC.GetVersion()}
	for _, alias := range args.RegisterRPC.GetAliases() {
		one.Aliases = append(one.Aliases, alias.GetSpec().GetType())
	}
	m.asked[args.Name] = one
	outputs := args.Inputs.Copy()
	outputs["name"] = resource.NewStringProperty("debian12")
	return args.Name, outputs, nil
}

func (m *mocks) Call(args pulumi.MockCallArgs) (resource.PropertyMap, error) {
	m.asked["call"] = asked{Type: args.Token, Inputs: args.Args.Mappable()}
	return resource.NewPropertyMapFromMap(map[string]any{
		"domainName": "debian12", "domainUuid": "", "snapshots": []any{}, "roots": []any{
			map[string]any{"name": "base", "children": []any{map[string]any{"name": "leaf", "children": []any{}}}},
		},
	}), nil
}

func program(ctx *pulumi.Context) error {
	provider, err := virsh.NewProvider(ctx, "host", &virsh.ProviderArgs{
		Uri:    pulumi.String("qemu:///system"),
		Revert: &virsh.ProviderRevertArgs{To: virsh.SnapshotRevertToRunning},
	})
	if err != nil {
		return err
	}
	vm, err := virsh.NewDomain(ctx, "vm", &virsh.DomainArgs{
		Xml:     pulumi.String("<domain/>"),
		Running: pulumi.Bool(false),
	}, pulumi.Provider(provider))
	if err != nil {
		return err
	}
	tree, err := virsh.GetSnapshots(ctx, &virsh.GetSnapshotsArgs{Domain: "debian12", Topological: pulumi.BoolRef(true)})
	if err != nil {
		return err
	}
	_, err = virsh.NewSnapshot(ctx, "checkpoint", &virsh.SnapshotArgs{
		Domain:      vm.Name,
		Description: pulumi.String(tree.Roots[0].Children[0].Name),
		DiskOnly:    pulumi.Bool(true),
		Quiesce:     virsh.SnapshotQuiesceRequired,
		Disks: virsh.SnapshotDiskArray{virsh.SnapshotDiskArgs{
			Name: pulumi.String("vda"), Snapshot: virsh.SnapshotDiskSnapshotExternal,
		}},
		Revert: virsh.SnapshotRevertArgs{Triggers: pulumi.Array{pulumi.Int(1), pulumi.String("two")}},
	})
	return err
}

func main() {
	engine := &mocks{asked: map[string]asked{}}
	if err := pulumi.RunErr(program, pulumi.WithMocks("project", "stack", engine)); err != nil {
		panic(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(engine.asked); err != nil {
		panic(err)
	}
}

// Command sdks binds a Pulumi schema and generates the SDKs of it with Pulumi's own generators.
//
//	sdks SCHEMA [LANGUAGE=FOLDER ...]
//
// It fails if the schema breaks a rule of Pulumi's metaschema, holds a property that Pulumi does not know, or causes
// any diagnostic, warnings included. A folder is replaced as a whole, except for go.mod and go.sum.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/blang/semver"
	golang "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

const tool = "pulumi-virsh"

// generators has Pulumi's generators that the module github.com/pulumi/pulumi/pkg holds. Those of .NET and Java come
// with Pulumi's language hosts.
var generators = map[string]func(pkg *schema.Package) (map[string][]byte, error){
	"go": func(pkg *schema.Package) (map[string][]byte, error) {
		return golang.GeneratePackage(tool, pkg, nil)
	},
	"python": func(pkg *schema.Package) (map[string][]byte, error) {
		files, err := python.GeneratePackage(tool, pkg, nil, noOthers{})
		if err == nil {
			// Beside pyproject.toml, which names it.
			files["README.md"] = files[filepath.Join("pulumi_virsh", "README.md")]
		}
		return files, err
	},
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("usage: sdks SCHEMA [LANGUAGE=FOLDER ...]")
	}
	text, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	for _, arg := range args[1:] {
		language, folder, _ := strings.Cut(arg, "=")
		generate, known := generators[language]
		if !known || folder == "" {
			return fmt.Errorf("%s is neither go=FOLDER nor python=FOLDER", arg)
		}
		// Bound anew for each language, because a generator keeps what it knows in the package.
		pkg, err := bind(text)
		if err != nil {
			return err
		}
		files, err := generate(pkg)
		if err != nil {
			return fmt.Errorf("the %s SDK: %w", language, err)
		}
		if err := replace(folder, files); err != nil {
			return err
		}
	}
	_, err = bind(text)
	return err
}

// bind fails on any diagnostic.
func bind(text []byte) (*schema.Package, error) {
	var raw any
	if err := json.Unmarshal(text, &raw); err != nil {
		return nil, err
	}
	if err := schema.MetaSchema.Validate(raw); err != nil {
		return nil, fmt.Errorf("%#v", err)
	}
	var spec schema.PackageSpec
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&spec); err != nil {
		return nil, err
	}
	pkg, diagnostics, err := schema.BindSpec(spec, noOthers{}, schema.ValidationOptions{})
	if err != nil {
		return nil, err
	}
	if len(diagnostics) > 0 {
		return nil, diagnostics
	}
	return pkg, nil
}

// noOthers loads no other package: this one refers to none.
type noOthers struct{}

func (noOthers) LoadPackage(name string, _ *semver.Version) (*schema.Package, error) {
	return nil, fmt.Errorf("the schema refers to the package %s", name)
}

func (no noOthers) LoadPackageV2(_ context.Context, of *schema.PackageDescriptor) (*schema.Package, error) {
	return no.LoadPackage(of.Name, nil)
}

func (no noOthers) LoadPackageReference(name string, _ *semver.Version) (schema.PackageReference, error) {
	_, err := no.LoadPackage(name, nil)
	return nil, err
}

func (no noOthers) LoadPackageReferenceV2(
	_ context.Context, of *schema.PackageDescriptor,
) (schema.PackageReference, error) {
	return no.LoadPackageReference(of.Name, nil)
}

func replace(folder string, files map[string][]byte) error {
	old, err := os.ReadDir(folder)
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	for _, entry := range old {
		if entry.Name() == "go.mod" || entry.Name() == "go.sum" {
			continue
		}
		if err := os.RemoveAll(filepath.Join(folder, entry.Name())); err != nil {
			return err
		}
	}
	for name, content := range files {
		file := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

import * as path from "node:path";
import ts from "typescript";
import { root } from "./run.js";

/** What the compiler says of programs that lie at the top of the repository, under its own settings. */
export function findings(programs: Map<string, string>): string[] {
  const { config } = ts.readConfigFile(path.join(root, "tsconfig.json"), (file) => ts.sys.readFile(file)) as {
    config: unknown;
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const settings = { ...options, noEmit: true, incremental: false };
  const host = ts.createCompilerHost(settings);
  const [readFile, fileExists] = [host.readFile.bind(host), host.fileExists.bind(host)];
  host.readFile = (file) => programs.get(file) ?? readFile(file);
  host.fileExists = (file) => programs.has(file) || fileExists(file);
  const program = ts.createProgram([...programs.keys()], settings, host);
  return ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
    return `${path.basename(file?.fileName ?? "")}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
  });
}

/** What `pulumi package add` generates on the user's machine, as far as the documents' programs use it. */
export const bridged = `
declare module "@pulumi/libvirt" {
  import * as pulumi from "@pulumi/pulumi";
  interface DomainArgs { name: string; type: string; memory: number; memoryUnit: string; vcpu: number }
  export class Domain extends pulumi.CustomResource {
    readonly name: pulumi.Output<string>;
    constructor(name: string, args: DomainArgs, opts?: pulumi.CustomResourceOptions);
  }
}
`;

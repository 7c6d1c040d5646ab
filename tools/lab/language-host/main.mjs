// The laboratory's own pulumi-language-nodejs: runs Node.js programs for Pulumi's engine where no Pulumi is installed.
// The engine starts it with its own address, after options that do not matter here.
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import language from "@pulumi/pulumi/proto/language_pb.js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb.js";
import { version } from "@pulumi/pulumi/version.js";
import { servePlugin, unary } from "../plugin-server.mjs";
import { interruptPrograms, runProgram } from "./program.mjs";

const engineAddress = process.argv.slice(2).findLast((word) => !word.startsWith("-")) ?? "";

servePlugin(
  LanguageRuntimeService,
  {
    handshake: unary(() => new language.LanguageHandshakeResponse()),
    getPluginInfo: unary(() => new plugin.PluginInfo().setVersion(version)),
    // Pulumi's host names the plugins of the packages in node_modules below the program, for the engine to download.
    // In the laboratory nothing is downloaded, and the engine finds each plugin when a program needs it.
    getRequiredPackages: unary(() => new language.GetRequiredPackagesResponse()),
    run: unary((request, call) => runProgram(request, engineAddress, (end) => call.on("cancelled", end))),
    about: unary(() =>
      new language.AboutResponse().setExecutable(process.execPath).setVersion(process.version),
    ),
    cancel: unary(() => {
      void interruptPrograms();
      return new empty.Empty();
    }),
  },
  interruptPrograms,
);

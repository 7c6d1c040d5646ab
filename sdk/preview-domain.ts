import { AsyncResource } from "node:async_hooks";
import { randomUUID } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import {
  previewCreate,
  previewUpdate,
  type CommandInputs,
  type CommandState,
} from "../provider/command/preview.js";
import type { Notice } from "../provider/hypervisor/notice.js";

/**
 * Hooks that make a preview show what a pending operation does to `domain`. Outside of a preview there are none. The
 * inputs come from the program: the engine would pass secrets to the hooks in a wrapped form.
 */
export function previewHooks(
  domain: pulumi.Resource,
  name: string,
  inputs: pulumi.Output<CommandInputs>,
): pulumi.ResourceHookBinding {
  // An update reports by itself what it did, and a state without hooks works with every engine.
  if (!pulumi.runtime.isDryRun() || !takesHooks()) return {};
  let known: CommandInputs | undefined;
  inputs.apply((value) => (known = value));
  const secret = pulumi.isSecret(inputs);
  const hook = (
    look: (inputs: CommandInputs, state: CommandState) => Promise<Notice[]>,
  ): pulumi.ResourceHook => {
    const show: pulumi.ResourceHookFunction = async ({ oldInputs, oldOutputs }) => {
      // Nothing can be said about inputs that are still unknown.
      if (known === undefined) return;
      const { stdout } = (oldOutputs ?? {}) as { stdout?: pulumi.Input<string> };
      const { stdin } = (oldInputs ?? {}) as { stdin?: pulumi.Input<string> };
      const state = { stdout: await valueOf(stdout ?? ""), xml: await valueOf(stdin) };
      for (const notice of await look({ ...known, secret: await secret }, state)) await log(notice, domain);
    };
    // The engine calls from outside of the program; unbound, the hook of an inline program would lose its runtime.
    const bound = AsyncResource.bind(show);
    // A run of a program knows hooks by name, and two domains under different parents may have the same name.
    return new pulumi.ResourceHook(`virsh:index:Domain ${name} ${randomUUID()}`, bound, { onDryRun: true });
  };
  return {
    beforeCreate: [hook((given) => previewCreate(given))],
    beforeUpdate: [hook((given, state) => previewUpdate(state, given))],
  };
}

function log({ severity, text }: Notice, resource: pulumi.Resource): Promise<void> {
  return severity === "warning" ? pulumi.log.warn(text, resource) : pulumi.log.info(text, resource);
}

/** The engine of Pulumi's own mocks claims to support hooks but does not. */
function takesHooks(): boolean {
  const monitor = pulumi.runtime.getMonitor();
  return monitor !== undefined && "registerResourceHook" in monitor;
}

/** The value of a recorded output, which is known even in a preview. */
function valueOf<T>(recorded: pulumi.Input<T>): Promise<T> {
  return new Promise((resolve) => {
    pulumi.output(recorded).apply((value) => {
      resolve(value as T);
    });
  });
}

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
import { placeOf } from "./domain-options.js";

/**
 * Hooks that make a preview show what a pending operation does to a domain. Outside of a preview there are none. The
 * inputs come from the program: the engine would pass secrets to the hooks in a wrapped form. `updates` gets what the
 * previous command printed, if an update is pending.
 */
export function previewHooks(
  lines: Lines,
  name: string,
  inputs: pulumi.Output<CommandInputs>,
  ignored: readonly string[],
  updates: (stdout: string) => void,
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
      const given = oldInputs === undefined ? known : await withKept(known, oldInputs, ignored);
      for (const notice of await look({ ...given, secret: await secret }, state)) await lines.show(notice);
    };
    // The engine calls from outside of the program; unbound, the hook of an inline program would lose its runtime.
    const bound = AsyncResource.bind(show);
    // A run of a program knows hooks by name, and two domains under different parents may have the same name.
    return new pulumi.ResourceHook(`virsh:index:Domain ${name} ${randomUUID()}`, bound, { onDryRun: true });
  };
  return {
    beforeCreate: [hook((given) => previewCreate(given))],
    beforeUpdate: [
      hook(async (given, state) => {
        const notices = await previewUpdate(state, given);
        updates(state.stdout);
        return notices;
      }),
    ],
  };
}

/** The inputs, with the recorded ones where the user has changes of them ignored. */
async function withKept(
  { xml, environment }: CommandInputs,
  recorded: object,
  ignored: readonly string[],
): Promise<CommandInputs> {
  if (ignored.length === 0) return { xml, environment };
  const { stdin = "", environment: old = {} } = recorded as {
    stdin?: pulumi.Input<string>;
    environment?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  };
  const kept = await valueOf(pulumi.output({ xml: stdin, environment: old }));
  const variables = Object.keys({ ...environment, ...kept.environment }).map((name) => {
    const { environment: from } = ignored.includes(placeOf(name)) ? kept : { environment };
    return [name, from[name] ?? ""];
  });
  return {
    xml: ignored.includes("stdin") ? kept.xml : xml,
    environment: Object.fromEntries(variables) as Record<string, string>,
  };
}

/** What a preview shows of one domain. */
export class Lines {
  readonly #shown = new Set<string>();

  constructor(private readonly domain: pulumi.Resource) {}

  /** Shows a line, once. An update reports by itself what it does. */
  async show({ severity, text }: Notice): Promise<void> {
    if (!pulumi.runtime.isDryRun() || this.#shown.has(text)) return;
    this.#shown.add(text);
    await (severity === "warning" ? pulumi.log.warn(text, this.domain) : pulumi.log.info(text, this.domain));
  }
}

/** The engine of Pulumi's own mocks claims to support hooks but does not. */
export function takesHooks(): boolean {
  const monitor = pulumi.runtime.getMonitor();
  return monitor !== undefined && "registerResourceHook" in monitor;
}

/** The value of an output, once it is known: a recorded one is known even in a preview. */
export function valueOf<T>(recorded: pulumi.Input<T>): Promise<T> {
  return new Promise((resolve) => {
    pulumi.output(recorded).apply((value) => {
      resolve(value as T);
    });
  });
}

import { AsyncResource } from "node:async_hooks";
import * as pulumi from "@pulumi/pulumi";
import { foreseeCreate, foreseeUpdate, type Asked } from "../provider/command/preview.js";

/** A run of a program knows its hooks by their names, and two domains may have one name under different parents. */
let made = 0;

/**
 * Has a preview tell what a pending operation will do to `domain`; nothing runs, and nothing is told, where none is.
 * What is asked for comes from the program: the engine would hand it to the hooks with secrets wrapped and out of reach.
 */
export function foresight(
  domain: pulumi.Resource,
  name: string,
  asked: pulumi.Output<Asked>,
): pulumi.ResourceHookBinding {
  // The operation itself tells what it did, and without hooks its state needs no engine that knows them.
  if (!pulumi.runtime.isDryRun() || !takesHooks()) return {};
  let known: Asked | undefined;
  asked.apply((value) => (known = value));
  const hook = (look: (asked: Asked, stdout: string) => Promise<string[]>): pulumi.ResourceHook => {
    const tell: pulumi.ResourceHookFunction = async ({ oldOutputs }) => {
      // What is not known yet cannot be told.
      if (known === undefined) return;
      const { stdout } = (oldOutputs ?? {}) as { stdout?: pulumi.Input<string> };
      for (const line of await look(known, await valueOf(stdout ?? ""))) await pulumi.log.info(line, domain);
    };
    made += 1;
    // The engine calls from outside of the program, which would leave an inline one without its own runtime.
    const bound = AsyncResource.bind(tell);
    return new pulumi.ResourceHook(`virsh:index:Domain ${name} ${made}`, bound, { onDryRun: true });
  };
  return {
    beforeCreate: [hook((given) => foreseeCreate(given))],
    beforeUpdate: [hook((given, stdout) => foreseeUpdate(stdout, given))],
  };
}

/** The engine of Pulumi's own mocks says that it does, and does not. */
function takesHooks(): boolean {
  const monitor = pulumi.runtime.getMonitor();
  return monitor !== undefined && "registerResourceHook" in monitor;
}

/** The value of something recorded, which is known even in a preview. */
function valueOf(recorded: pulumi.Input<string>): Promise<string> {
  return new Promise((resolve) => {
    pulumi.output(recorded).apply((value) => {
      resolve(value);
    });
  });
}

import * as pulumi from "@pulumi/pulumi";
import { execFile } from "node:child_process";

interface Props {
  domain: string;
  name: string;
  token: string;
}

type Outputs = Props & { uuid: string; xml: string };

/** A quick implementation: serialized into the state, without any checks, with one process per query. */
const provider: pulumi.dynamic.ResourceProvider<Props, Outputs> = {
  async create({ domain, name, token }) {
    const uuid = await virsh("domuuid", domain);
    await virsh("snapshot-create-as", uuid, name);
    const xml = await virsh("snapshot-dumpxml", uuid, name);
    return { id: `${uuid}/${name}`, outs: { domain, name, token, uuid, xml } };
  },
  async read(id, known = {} as Outputs) {
    const uuid = await virsh("domuuid", known.domain);
    const xml = await virsh("snapshot-dumpxml", uuid, known.name);
    return { id, props: { ...known, uuid, xml } };
  },
  diff(_id, olds, news) {
    return Promise.resolve({ changes: olds.token !== news.token });
  },
  async update(_id, olds, news) {
    await virsh("snapshot-revert", olds.uuid, olds.name);
    const xml = await virsh("snapshot-dumpxml", olds.uuid, olds.name);
    return { outs: { ...olds, ...news, xml } };
  },
  async delete(_id, { uuid, name }) {
    await virsh("snapshot-delete", uuid, name);
  },
};

export class NaiveSnapshot extends pulumi.dynamic.Resource {
  constructor(name: string, props: Props) {
    super(provider, name, { ...props, uuid: undefined, xml: undefined });
  }
}

function virsh(...args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile("virsh", ["-q", ...args], (error, stdout, stderr) => {
      if (error === null) resolve(stdout.trim());
      else reject(new Error(stderr));
    });
  });
}

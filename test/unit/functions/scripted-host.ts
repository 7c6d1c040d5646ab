import type { QuestionHost } from "../../../provider/hypervisor/function-host.js";
import type { DomainRef } from "../../../provider/hypervisor/host.js";
import { understood, type Answer, type Answers } from "../../../provider/virsh/answer.js";
import type { Command } from "../../../provider/virsh/commands/command.js";
import { isVirshError } from "../../../provider/errors.js";
import type { Image, ImageOptions } from "../../../provider/virsh/images.js";

/** What virsh prints for a command, told by its words without the domain: an answer, or the words of an error. */
export type Prints = (words: string) => { stdout: string } | { error: string };

/** A host with one domain, on which virsh prints what a test says. */
export class ScriptedHost implements QuestionHost {
  readonly shownUri = undefined;
  /** What was asked, one line a process. */
  readonly asked: string[][] = [];

  constructor(
    readonly domain: DomainRef,
    private readonly prints: Prints,
    private readonly images: (file: string, options: ImageOptions) => Image[] = () => [],
  ) {}

  listDomains(): Promise<DomainRef[]> {
    return Promise.resolve([this.domain]);
  }

  askAll<T extends readonly unknown[]>(
    _uuid: string,
    commands: { [K in keyof T]: Command<T[K]> },
  ): Promise<Answers<T>> {
    const all: readonly Command<unknown>[] = commands;
    const words = all.map(({ args }) => args.filter((arg) => !arg.startsWith("--domain=")).join(" "));
    this.asked.push(words);
    const answers = all.map((command, index) => this.answer(command, words[index] ?? ""));
    return Promise.resolve(answers as unknown as Answers<T>);
  }

  readImages(file: string, options: ImageOptions): Promise<Image[]> {
    return Promise.resolve().then(() => this.images(file, options));
  }

  private answer(command: Command<unknown>, words: string): Answer<unknown> {
    const printed = this.prints(words);
    const finished =
      "error" in printed
        ? { exitCode: 1, stdout: "", stderr: `error: ${printed.error}\n` }
        : { exitCode: 0, stdout: printed.stdout, stderr: "" };
    try {
      return { value: understood(command, finished) };
    } catch (error) {
      if (!isVirshError(error)) throw error;
      return { error };
    }
  }
}

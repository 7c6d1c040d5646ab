import type { JavaScriptValue, Struct as StructMessage } from "google-protobuf/google/protobuf/struct_pb";
import { DiffRequest } from "@pulumi/pulumi/proto/provider_pb";

/**
 * Values as the engine sends them. The handshake asks for secrets, which come as an object with a signature, and for
 * nothing else that is no plain value. Secrets are taken off before anything looks at a value, and put on again where
 * the engine itself would put them: on the same property of the answer.
 */

type Props = Record<string, unknown>;

/**
 * Pulumi's messages accept only parts that its own copy of protobuf made, and npm may install several. So the class is
 * taken from a message: this is one with an empty `olds`.
 */
const Struct = DiffRequest.deserializeBinary(Uint8Array.of(0x1a, 0)).getOlds()
  ?.constructor as typeof StructMessage;

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const UNKNOWN_OUTPUT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Properties, with the secrets in them still marked. */
export type Marked = Props;

/** The properties of a message; none where it has none. */
export function received(struct: StructMessage | undefined): Marked {
  return struct === undefined ? {} : struct.toJavaScript();
}

/** The same without marks: what is in a secret, or in an output, stands for itself. */
export function plain(marked: Marked): Props {
  return withoutMarks(marked) as Props;
}

function withoutMarks(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutMarks);
  if (!isObject(value)) return value;
  const wrapped = unwrapped(value);
  if (wrapped !== undefined) return withoutMarks(wrapped.value);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutMarks(item)]));
}

/** The names of the properties that are secrets, or hold one. */
export function secretsIn(marked: Marked): string[] {
  return Object.keys(marked).filter((key) => holdsSecret(marked[key]));
}

function holdsSecret(value: unknown): boolean {
  if (!isObject(value)) return false;
  const wrapped = unwrapped(value);
  if (wrapped?.secret === true) return true;
  return Object.values(value).some(holdsSecret);
}

/** The texts in secrets. */
export function secretTexts(value: unknown, isSecret = false): string[] {
  if (typeof value === "string") return isSecret ? [value] : [];
  if (!isObject(value)) return [];
  const wrapped = unwrapped(value);
  if (wrapped !== undefined) return secretTexts(wrapped.value, isSecret || wrapped.secret);
  return Object.values(value).flatMap((item) => secretTexts(item, isSecret));
}

/** What is in an object that stands for a value: a secret, or an output. */
function unwrapped(value: Props): { value: unknown; secret: boolean } | undefined {
  if (value[SIGNATURE] === SECRET) return { value: value["value"], secret: true };
  if (value[SIGNATURE] !== OUTPUT) return undefined;
  return { value: "value" in value ? value["value"] : UNKNOWN_OUTPUT, secret: value["secret"] === true };
}

/**
 * Properties to answer with. What was a secret in `like` is one: an object key by key, as far as both are objects, and
 * anything else as a whole.
 */
export function answered(props: Props, ...like: Marked[]): StructMessage {
  const marked = like.reduce((all, one) => marking(all, one), sendable(props) as Props);
  return Struct.fromJavaScript(marked as Record<string, JavaScriptValue>);
}

/** The same, all of it secret. */
export function answeredSecretly(props: Props): StructMessage {
  const marked = Object.entries(sendable(props) as Props).map(([key, value]) => [key, secret(value)]);
  return Struct.fromJavaScript(Object.fromEntries(marked) as Record<string, JavaScriptValue>);
}

function marking(props: Props, like: Props): Props {
  const marked = Object.entries(props).map(([key, value]): [string, unknown] => {
    const before = like[key];
    if (!holdsSecret(before) || isMarked(value)) return [key, value];
    return [key, isObject(value) && isPlainObject(before) ? marking(value, before) : secret(value)];
  });
  return Object.fromEntries(marked);
}

function secret(value: unknown): Props {
  return { [SIGNATURE]: SECRET, value };
}

function isMarked(value: unknown): boolean {
  return isObject(value) && unwrapped(value) !== undefined;
}

function isPlainObject(value: unknown): value is Props {
  return isObject(value) && !Array.isArray(value) && unwrapped(value) === undefined;
}

/** A deep copy without `undefined`, which the wire cannot carry. */
function sendable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => (item === undefined ? null : sendable(item)));
  if (!isObject(value)) return value;
  const present = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(present.map(([key, item]) => [key, sendable(item)]));
}

function isObject(value: unknown): value is Props {
  return typeof value === "object" && value !== null;
}

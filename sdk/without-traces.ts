/**
 * The same properties, for the constructor of a resource. For each of them Pulumi makes four promises and formats a stack
 * trace for each promise, which only its own developers read: of 30 outputs that takes longer than everything else that
 * a program does for a snapshot. From the moment that it reads the first property until it reads the last, traces are
 * therefore empty; each of the two moments counts once. `restore` is for the case that the last is never read.
 */
export function withoutTraces<Props extends object>(props: Props): { props: Props; restore: () => void } {
  const limit = Error.stackTraceLimit;
  const restore = () => {
    Error.stackTraceLimit = limit;
  };
  const names = Object.keys(props) as (keyof Props)[];
  onFirstRead(props, names[0], () => {
    Error.stackTraceLimit = 0;
  });
  onFirstRead(props, names.at(-1), restore);
  return { props, restore };
}

function onFirstRead<Props extends object>(
  props: Props,
  name: keyof Props | undefined,
  act: () => void,
): void {
  if (name === undefined) return;
  const value = props[name];
  const shared = { enumerable: true, configurable: true };
  const get = () => {
    Object.defineProperty(props, name, { ...shared, value, writable: true });
    act();
    return value;
  };
  Object.defineProperty(props, name, { ...shared, get });
}

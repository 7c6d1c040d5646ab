/** One line for the reader of a preview, and how much it matters. */
export interface Notice {
  /** `warning`: something is lost, or would fail. `info`: good to know. */
  severity: "info" | "warning";
  text: string;
}

/** Reports something to the user while an operation goes on. */
export type Tell = (notice: Notice) => void;

export function info(text: string): Notice {
  return { severity: "info", text };
}

export function warning(text: string): Notice {
  return { severity: "warning", text };
}

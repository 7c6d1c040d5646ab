import fc from "fast-check";

/** Text as people and hostile programs write it: text that looks like markup, a number, a format, a script. */
const awkward = fc.constantFrom(
  ...[
    "0123",
    "true",
    " ",
    "%s%n",
    "$(x)",
    "<&>\"'",
    "ñ日本🙂",
    "a b",
    "]]>",
    "<![CDATA[",
    "-->",
    "<!--",
    "&amp;",
  ],
  ...[
    "&#10;",
    "</description>",
    "<description>",
    "</name>",
    "\r\n",
    "\r",
    "\n",
    "\t",
    "__proto__",
    "$&",
    "$1",
    "\u{FFFD}",
  ],
);

/** Any text that XML 1.0 can carry, including the empty one. */
export const xmlText: fc.Arbitrary<string> = fc
  .array(fc.oneof(awkward, fc.string({ unit: "grapheme" }), fc.string({ unit: "binary" })), { maxLength: 6 })
  .map((parts) =>
    parts.join("").replaceAll(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, ""),
  );

import js from "@eslint/js";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

/** Variables of a module that can change: a `let`, and a Map or Set that is not declared as a readonly one. */
const MUTABLE_MODULE_STATE = ["Program", "ExportNamedDeclaration"].flatMap((parent) => [
  `${parent} > VariableDeclaration[kind!='const']`,
  `${parent} > VariableDeclaration > VariableDeclarator:not([id.typeAnnotation.typeAnnotation.typeName.name=/^Readonly/]) > NewExpression[callee.name=/^(Weak)?(Map|Set)$/]`,
]);

export default defineConfig(
  globalIgnores(["dist/"]),
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  js.configs.recommended,
  {
    rules: {
      eqeqeq: "error",
      "max-lines": ["error", { max: 300 }],
      "no-warning-comments": ["error", { terms: ["todo", "fixme", "xxx"] }],
    },
  },
  {
    // Plain scripts run on Node as they stand; what they may name without importing it is what Node has.
    files: ["**/*.{mjs,cjs,js}"],
    languageOptions: {
      globals: Object.fromEntries(Object.getOwnPropertyNames(globalThis).map((name) => [name, "readonly"])),
    },
  },
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-unused-vars": ["error", { ignoreRestSiblings: true }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/switch-exhaustiveness-check": "error",
    },
  },
  {
    // Generated: one property after the other, each with its docstring.
    files: ["sdk/generated/*.ts"],
    rules: { "max-lines": "off" },
  },
  {
    files: ["test/**/*.ts", "tools/**/*.ts"],
    rules: { "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }] },
  },
  {
    files: ["provider/**/*.ts"],
    rules: {
      "no-restricted-syntax": [
        "error",
        {
          selector: "Property[key.name='shell'], Property[key.value='shell']",
          message: "No process is started through a shell.",
        },
        ...MUTABLE_MODULE_STATE.map((selector) => ({
          selector,
          message:
            "Two providers in one process must not share state: keep it in the object that the adapter makes.",
        })),
      ],
    },
  },
  {
    // Each is a program of its own, checked against the packed package rather than against these sources.
    files: ["examples/**/*.ts"],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { parserOptions: { projectService: false } },
  },
);

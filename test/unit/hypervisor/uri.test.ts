import assert from "node:assert/strict";
import fc from "fast-check";
import {
  defaultUri,
  leadsHere,
  redactText,
  redactUri,
  uriProblem,
} from "../../../provider/hypervisor/uri.js";

const ALLOWED = [
  "qemu:///system",
  "qemu:///session",
  "qemu:/system",
  "qemu+unix:///session?socket=/run/user/1000/libvirt/libvirt-sock",
  "qemu+ssh://root@host/system",
  "QEMU+SSH://host/system",
  "qemu+ssh://root@[fe80::1]:2222/system?keyfile=/home/a/.ssh/id&no_verify=1&no_tty=1",
  "qemu+ssh://host/system?netcat=/usr/local/bin/nc&mode=legacy&proxy=netcat",
  "qemu+libssh://host/system?known_hosts=/a&known_hosts_verify=ignore&sshauth=agent",
  "qemu+libssh2://host/system",
  "qemu+tls://host/system?pkipath=/etc/pki/me;tls_priority=NORMAL",
  "qemu+tcp://host:16509/system?authfile=/etc/auth.conf",
  "qemu+tcp://host/?name=qemu:///session",
  "esx://root@host/?no_verify=1&auto_answer=1",
  "test:///default",
  "test+unix:///default",
  "my-lab_1",
];

const REFUSED: [uri: string, why: RegExp][] = [
  ["", /^it is empty\. Leave it out/],
  [
    "qemu+ssh://host/system?command=/tmp/evil",
    /^the parameter command runs a program on this machine\. Remove it/,
  ],
  ["qemu+ssh://host/system?COMMAND=/tmp/evil", /^the parameter command runs/],
  ["qemu+ssh://host/system?%63omm%61nd=/tmp/evil", /^the parameter command runs/],
  ["qemu+ssh://host/system?keyfile=a&command=/tmp/evil", /^the parameter command runs/],
  ["qemu+ssh://host/system?keyfile=a;command=/tmp/evil", /^the parameter command runs/],
  ["qemu+ssh://host/system?command", /^the parameter command runs/],
  ["qemu+ssh://host/system?argv=evil", /^the parameter argv runs/],
  ["qemu+ext://host/system", /^the transport ext runs a program on this machine\. Use one of unix, ssh/],
  ["qemu+EXT://host/system?command=/tmp/evil", /^the transport ext runs/],
  ["qemu+bogus:///system", /^libvirt has no transport "bogus"\. Use one of/],
  ["qemu+ssh+ext://host/system", /^libvirt has no transport "ssh\+ext"/],
  ["qemu+ssh://host/system?exec=1", /not known to be safe\. The safe ones are name, socket/],
  ["qemu+ssh://host/system?name=qemu%2Bext%3A%2F%2F%2F%3Fcommand%3Dx", /^the transport ext runs/],
  ["qemu+ssh://host/system?name=qemu%2Bssh%3A%2F%2Fh%2F%3Fcommand%3Dx", /^the parameter command runs/],
  ["qemu+ssh://host/system?netcat=nc%20-e%20sh", /^netcat must be one program/],
  ["qemu+ssh://host/system?netcat=-x", /^netcat must be one program/],
  ["qemu+ssh://host/system?netcat=", /^netcat must be one program/],
  ["qemu+ssh://-oProxyCommand=x/system", /leading -/],
  ["qemu+ssh://%2doProxyCommand=x/system", /leading -/],
  ["qemu+ssh://-oProxyCommand=x@host/system", /leading -/],
  ["qemu+ssh://root:secret@host/system", /^it contains a password/],
  ["qemu+ssh://root%3Asecret@host/system", /^it contains a password/],
  ["qemu+ssh://root:22/secret@host/system", /^it contains a password/],
  ["qemu+ssh://host:secret/system", /is not a port/],
  ["qemu:system", /^it is not a connection URI/],
  ["qemu+ssh://host/a b", /^it contains a character/],
  [" qemu:///system", /^it contains a character/],
  ["qemu:///system\n", /^it contains a character/],
  ["qemu:///system\u0000", /^it contains a character/],
  ["qemu:///système", /^it contains a character/],
  ["qemu:///system#x", /^it contains a character/],
  ["qemu+ssh://host/?netcat=a%0ab", /^it contains a character/],
  ["qemu+ssh://host/?socket=%", /^it contains a character/],
  ["-x", /^it is not a connection URI/],
  ["--connect=test:///default", /^it is not a connection URI/],
  ["//host/system", /^it is not a connection URI/],
];

describe("a connection URI", () => {
  for (const uri of ALLOWED) {
    it(`is accepted and shown unchanged: ${uri}`, () => {
      assert.equal(uriProblem(uri), undefined);
      assert.equal(redactUri(uri), uri);
    });
  }

  for (const [uri, why] of REFUSED) {
    it(`is refused: ${JSON.stringify(uri)}`, () => assert.match(uriProblem(uri) ?? "", why));
  }

  it("is refused if it names a program, however the parameter is written", () => {
    const written = fc
      .constantFrom("command", "argv")
      .chain((name) =>
        fc.tuple(
          ...Array.from(name, (c) => fc.constantFrom(c, c.toUpperCase(), `%${c.charCodeAt(0).toString(16)}`)),
        ),
      )
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(
        written,
        fc.constantFrom("&", ";"),
        fc.constantFrom("", "=", "=x"),
        (name, separator, value) =>
          assert.match(
            uriProblem(`qemu+ssh://h/system?socket=a${separator}${name}${value}`) ?? "",
            /runs a program/,
          ),
      ),
    );
  });

  it("is checked without ever throwing", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        uriProblem(text);
        redactUri(text);
        uriProblem(`qemu+ssh://${text}`);
      }),
    );
  });

  // Characters that no other part of the URIs below contains: finding one means that it leaked.
  const secret = fc
    .array(
      fc.constantFrom(
        "Q",
        "Z",
        "9",
        ":",
        "@",
        "/",
        "?",
        "#",
        "&",
        ";",
        "=",
        "%",
        " ",
        "é",
        "socket=Z",
        "%40",
      ),
      {
        minLength: 1,
        maxLength: 12,
      },
    )
    .map((parts) => `Z${parts.join("")}Z`);
  const leaks = (shown: string) => /[QZ9é]/.test(shown);

  it("never shows the password of its user part", () => {
    const form = fc.constantFrom(
      (password: string) => `qemu+ssh://user:${password}@host/system`,
      (password: string) => `qemu+ssh://user%3A${password}@host/system?socket=/a`,
      (password: string) => `user:${password}@host`,
      (password: string) => `//user:${password}@host`,
    );
    fc.assert(
      fc.property(form, secret, (build, password) => {
        const uri = build(password);
        assert.equal(leaks(redactUri(uri)), false, redactUri(uri));
        assert.equal(leaks(uriProblem(uri) ?? ""), false, uriProblem(uri));
        assert.notEqual(uriProblem(uri), undefined);
      }),
    );
  });

  it("never shows the value of an unknown parameter, nor a password inside `name`", () => {
    const plain = secret.map((text) => text.replace(/[&;#]|socket=/g, ""));
    fc.assert(
      fc.property(fc.constantFrom("password", "token", "COMMAND"), plain, (name, value) => {
        const uri = `esx://host/?no_verify=1&${name}=${value}`;
        assert.equal(leaks(redactUri(uri)), false, redactUri(uri));
        assert.equal(leaks(uriProblem(uri) ?? ""), false, uriProblem(uri));
      }),
    );
    assert.equal(
      redactUri("qemu+tcp://h/?name=qemu%2Bssh%3A%2F%2Fu%3AZZ%40h%2F&socket=/a"),
      "qemu+tcp://h/?***&socket=/a",
    );
  });

  it("is shown with everything but its secrets", () => {
    assert.equal(redactUri("qemu+ssh://root:pw@host:22/system"), "qemu+ssh://root:***@host:22/system");
    assert.equal(
      redactUri("esx://h/?no_verify=1&password=x&mode=auto"),
      "esx://h/?no_verify=1&***&mode=auto",
    );
  });
});

describe("a URI that libvirt resolved", () => {
  const table: [uri: string, here: ReturnType<typeof leadsHere>][] = [
    ["qemu:///system", true],
    ["qemu:///session", true],
    ["qemu:/system", true],
    ["qemu+unix:///system", true],
    ["QEMU+UNIX:///system", true],
    ["test:///default", true],
    ["qemu+unix:///system?socket=/run/x", { behind: "/run/x" }],
    ["qemu:///system?mode=direct&socket=%2frun/x", { behind: "/run/x" }],
    ["qemu+ssh://root@host/system", false],
    ["qemu+ssh://root@host/system?socket=/run/x", false],
    ["qemu://host/system", false],
    ["qemu+tcp://localhost/system", false],
    ["qemu+ssh:///system", false],
    ["qemu+tls:///system", false],
    ["qemu+ext:///system?command=/x", false],
    ["my-alias", false],
  ];
  for (const [uri, here] of table) {
    const where =
      here === true ? "to this machine" : here === false ? "elsewhere" : "to what is behind its socket";
    it(`leads ${where}: ${uri}`, () => assert.deepEqual(leadsHere(uri), here));
  }
});

describe("the default URI of the environment", () => {
  const table: [environment: NodeJS.ProcessEnv, found: ReturnType<typeof defaultUri>][] = [
    [{}, undefined],
    [{ VIRSH_DEFAULT_CONNECT_URI: "", LIBVIRT_DEFAULT_URI: "" }, undefined],
    [{ LIBVIRT_DEFAULT_URI: "a:///" }, { variable: "LIBVIRT_DEFAULT_URI", uri: "a:///" }],
    [
      { VIRSH_DEFAULT_CONNECT_URI: "b:///", LIBVIRT_DEFAULT_URI: "a:///" },
      { variable: "VIRSH_DEFAULT_CONNECT_URI", uri: "b:///" },
    ],
  ];
  for (const [environment, found] of table) {
    it(`is ${found?.uri ?? "none"} with ${JSON.stringify(environment)}`, () =>
      assert.deepEqual(defaultUri(environment), found));
  }
});

describe("text from libvirt", () => {
  it("loses the passwords of the URIs that it repeats", () => {
    assert.equal(
      redactText("error: Disconnected from qemu+tcp://u:p@ss@h/system?password=pw&x=1 due to end of file"),
      "error: Disconnected from qemu+tcp://u:***@h/system?password=***&x=1 due to end of file",
    );
    assert.equal(redactText("error: Cannot use esx://u%3Apw@h/"), "error: Cannot use esx://u:***@h/");
  });

  it("loses the passwords of definitions", () => {
    assert.equal(
      redactText("error: XML error: <graphics type='vnc' passwd='a b' port='-1'/> <x passwd=\"c"),
      "error: XML error: <graphics type='vnc' passwd=*** port='-1'/> <x passwd=***",
    );
  });

  it("is otherwise unchanged", () => {
    const text = "error: Failed to connect to qemu+ssh://root@host:22/system: user@host: no: a@b";
    assert.equal(redactText(text), text);
  });
});

import assert from "node:assert/strict";

/** A certificate of an authority and its key, as PEM files. */
export interface Certificate {
  cert: string;
  key: string;
}

/** An authority that makes certificates, with the files of all in one folder. */
export class Authority {
  /** The file of its own certificate. */
  readonly ca: string;
  readonly #dir: string;

  private constructor(dir: string) {
    this.#dir = dir;
    this.ca = `${dir}/ca.pem`;
  }

  /** Makes one; needs openssl. */
  static async create(dir: string): Promise<Authority> {
    const authority = new Authority(dir);
    const subject = ["-subj", "/CN=test-ca", "-days", "2"];
    await openssl(["req", "-x509", ...newKey(`${dir}/ca.key`), "-out", authority.ca, ...subject]);
    return authority;
  }

  /** A certificate for 127.0.0.1, for both sides of a connection; for no days it has ended at once. */
  async issue(name: string, days = 2): Promise<Certificate> {
    const { ca } = this;
    const at = `${this.#dir}/${name}`;
    const made = { cert: `${at}.pem`, key: `${at}.key` };
    await openssl(["req", ...newKey(made.key), "-out", `${at}.request`, "-subj", `/CN=${name}`]);
    await Deno.writeTextFile(`${at}.ext`, "subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n");
    const signing = ["-CA", ca, "-CAkey", `${this.#dir}/ca.key`, "-CAcreateserial", "-extfile", `${at}.ext`];
    await openssl(["x509", "-req", "-in", `${at}.request`, "-out", made.cert, "-days", String(days), ...signing]);
    return made;
  }
}

function newKey(path: string): string[] {
  return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", path];
}

async function openssl(args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("openssl", { args }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
}

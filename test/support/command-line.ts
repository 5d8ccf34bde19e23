import { runCommandLine } from '../../src/command-line/index.ts';

export type Env = Record<string, string>;

/** The command line in this process, with these settings and no other. */
export async function portaria(args: string[], env: Env) {
  const before = { ...process.env };
  for (const name of Object.keys(process.env)) if (/^(PORTARIA_|DATABASE_URL)/.test(name)) delete process.env[name];
  Object.assign(process.env, env);
  let [out, err] = ['', ''];
  try {
    const status = await runCommandLine(args, {
      out: (text) => {
        out += text;
      },
      err: (text) => {
        err += text;
      },
    });
    return { status, out, err };
  } finally {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  }
}

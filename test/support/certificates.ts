import { execFileSync } from 'node:child_process';

export type Certificate = { caFile: string; certificateFile: string; keyFile: string };

type Options = { name?: string; subjects?: string[]; days?: number };

/**
 * An authority of its own in `folder`, and a certificate by it.
 * @param options `subjects` as OpenSSL writes them, such as `IP:127.0.0.1` and `DNS:localhost`; `days` may be negative for one that is over
 */
export function createCertificate(
  folder: string,
  { name = 'directory', subjects = ['IP:127.0.0.1', 'DNS:localhost'], days = 30 }: Options = {},
): Certificate {
  const [caFile, caKey, certificateFile, keyFile] = ['ca.pem', 'ca.key', 'server.pem', 'server.key'].map((file) => `${folder}/${file}`) as [
    string,
    string,
    string,
    string,
  ];
  const make = (...args: string[]) =>
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', ...args], {
      stdio: 'pipe',
    });
  make('-subj', '/CN=Test authority', '-days', '30', '-keyout', caKey, '-out', caFile, '-addext', 'keyUsage=keyCertSign,cRLSign');
  const extensions = [`subjectAltName=${subjects.join(',')}`, 'basicConstraints=critical,CA:FALSE', 'extendedKeyUsage=serverAuth'];
  make(
    ...['-CA', caFile, '-CAkey', caKey, '-subj', `/CN=${name}`, '-days', String(days), '-keyout', keyFile, '-out', certificateFile],
    ...extensions.flatMap((extension) => ['-addext', extension]),
  );
  return { caFile, certificateFile, keyFile };
}

import { expect } from 'chai';
import {
  fitsPattern,
  isOriginOf,
  isWebOrigin,
  redirectFault,
} from '../../../../src/domain/applications/applications/redirect-addresses.ts';

describe('domain/applications/applications: where an answer may go', () => {
  const faults: Record<string, string[]> = {
    'fields.redirect_uri': [
      '',
      'callback',
      '/callback',
      'http://app.example/cb',
      'https://app.example/#x',
      'https://u@app.example/',
      'https:app.example',
      'my app://x',
      'myapp://x#y',
    ],
    'fields.redirect_scheme': [
      'cursor://anysphere.cursor-mcp/oauth/callback',
      'vscode://x/y',
      'myapp://',
      'myapp:/cb',
      'MyApp://cb',
      'x-app+1:cb',
      'slack://x',
    ],
    'fields.redirect_scheme_never': [
      'javascript:alert(1)',
      'JavaScript://%0aalert(1)',
      'data:text/html,x',
      'vbscript:x',
      'file:///etc/passwd',
      'blob:https://app.example/1',
      'about:blank',
      'filesystem:https://app.example/x',
      'view-source:https://app.example/',
      'httpx://app.example/',
      'https2://app.example/',
      'http+unix://x/',
      'hxxps://app.example/',
      'shttp://app.example/',
      'ws://app.example/',
      'wss://app.example/',
      'ftp://app.example/',
      'mailto:a@b.example',
      'intent://x#',
      'chrome-extension://x/',
      'chrome://settings',
      'ms-appx://x',
      'urn:ietf:wg:oauth:2.0:oob',
    ],
    'fields.redirect_pattern': [
      '*',
      'https://*',
      'https://*/cb',
      'https://*.com/cb',
      'https://*.example.com/cb',
      'https://*.co.uk/cb',
      'https://*.example.co.uk/cb',
      'https://*.com.br/cb',
      'https://*.vercel.app/cb',
      'https://*.team.vercel.app/cb',
      'https://*.github.io/cb',
      'https://*.eu-west-1.elasticbeanstalk.com/cb',
      'https://*.a.run.app/cb',
      'https://*.preview.example.com/*',
      'https://*.*.preview.example.com/cb',
      'https://a*.preview.example.com/cb',
      'https://pr-*.preview.example.com/cb',
      'https://preview.*.example.com/cb',
      'https://x.example.com/*',
      'http://*.preview.example.com/cb',
      'http://*.localhost/cb',
      'myapp://*.preview.example.com/cb',
      'https://*.preview.example.com/cb#x',
      'https://*.1.2.3.4/cb',
      'https://u@*.preview.example.com/cb',
      'https://*@preview.example.com/cb',
    ],
  };
  for (const [fault, addresses] of Object.entries(faults))
    it(`refuses with ${fault}`, () => {
      for (const address of addresses) expect(redirectFault(address), address).to.equal(fault);
    });

  it('the tick opens schemes without a dot, and nothing else', () => {
    for (const [fault, addresses] of Object.entries(faults))
      for (const address of addresses)
        expect(redirectFault(address, true), address).to.equal(fault === 'fields.redirect_scheme' ? undefined : fault);
  });

  it('takes what it always took, and patterns below a name of one’s own', () => {
    for (const address of [
      'https://app.example/cb?x=1',
      'http://127.0.0.1/cb',
      'http://[::1]:4000/',
      'com.example.app:/cb',
      'https://*.preview.example.com/cb',
      'https://*.preview.example.com:8443/cb?a=b',
      'https://*.preview.empresa.com.br/cb',
      'https://*.pr.app.example.de',
    ])
      expect(redirectFault(address), address).to.equal(undefined);
  });

  it('a pattern fits one label, and everything else character by character', () => {
    const pattern = 'https://*.preview.example.com/cb';
    const fits = (value: string) => fitsPattern(pattern, value);
    for (const value of ['https://pr-7.preview.example.com/cb', 'https://a.preview.example.com/cb'])
      expect(fits(value), value).to.equal(true);
    for (const value of [
      'https://preview.example.com/cb',
      'https://.preview.example.com/cb',
      'https://a.b.preview.example.com/cb',
      'https://-a.preview.example.com/cb',
      'https://a-.preview.example.com/cb',
      `https://${'a'.repeat(64)}.preview.example.com/cb`,
      'https://a.preview.example.com/cb/',
      'https://a.preview.example.com/cb?x',
      'https://a.preview.example.com:443/cb',
      'http://a.preview.example.com/cb',
      'https://evil.example/.preview.example.com/cb',
      'https://evil.example?.preview.example.com/cb',
      'https://evil.example\\.preview.example.com/cb',
      'https://a@b.preview.example.com/cb',
      'https://a%2e.preview.example.com/cb',
      'https://a.previewXexample.com/cb',
      'https://a.preview.example.com/cb#x',
      'https://a.preview.example.com/cb\n',
      'https://*.preview.example.com/cb',
      'HTTPS://a.preview.example.com/cb',
    ])
      expect(fits(value), value).to.equal(false);
  });

  it('origins are of the web alone, written as browsers do', () => {
    for (const origin of ['https://app.example', 'https://app.example:8443', 'http://localhost:4000'])
      expect(isWebOrigin(origin), origin).to.equal(true);
    for (const origin of [
      'null',
      '*',
      'https://*.app.example',
      'https://app.example/',
      'https://app.example:443',
      'http://app.example',
      'HTTPS://app.example',
      'app.example',
      'myapp://x',
      '',
    ])
      expect(isWebOrigin(origin), origin).to.equal(false);
    expect(isOriginOf('https://app.example/cb', 'https://app.example')).to.equal(true);
    expect(isOriginOf('com.example.app:/cb', 'null'), 'a page in a sandbox is nobody’s').to.equal(false);
    expect(isOriginOf('https://*.preview.example.com/cb', 'https://pr-7.preview.example.com')).to.equal(true);
    for (const origin of [
      'https://a.b.preview.example.com',
      'https://preview.example.com',
      'http://a.preview.example.com',
      'https://a.preview.example.com:1',
    ])
      expect(isOriginOf('https://*.preview.example.com/cb', origin), origin).to.equal(false);
  });
});

import { expect } from 'chai';
import { exportJWK, GeneralEncrypt, generalDecrypt, generateKeyPair, type JWK } from 'jose';
import { openSealed, type Sealed, type SealedKey, seal } from '../../src/smartsync-protocol/index.ts';

const purpose = 'verify-password 1';
type PublicKey = SealedKey['encryptionKey'];
const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error) => error,
  );
const algorithm = 'ECDH-ES+A256KW';

async function makeAgent(agentId: string) {
  const { publicKey, privateKey } = await generateKeyPair(algorithm, { crv: 'X25519', extractable: true });
  const { kty, crv, x } = await exportJWK(publicKey);
  return { agentId, encryptionKey: { kty, crv, x } as PublicKey, publicKey, privateKey, own: (await exportJWK(privateKey)) as JWK };
}

const agents = await Promise.all(['a', 'b', 'c'].map(makeAgent));

describe('sealed passwords', () => {
  for (const some of [agents.slice(0, 1), agents])
    it(`are opened by each of ${some.length}, by ours and by jose`, async () => {
      const { sealed, key, failed } = await seal({ password: 'pässwörd' }, purpose, some);
      expect(failed).to.deep.equal([]);
      for (const { agentId, own, privateKey } of some) {
        expect(await openSealed(sealed!, purpose, agentId, own)).to.deep.equal({ key, password: 'pässwörd' });
        const byJose = await generalDecrypt(
          { ...sealed, recipients: sealed!.recipients.filter(({ header }) => header?.kid === agentId) } as never,
          privateKey,
        );
        expect(JSON.parse(new TextDecoder().decode(byJose.plaintext))).to.deep.equal({ password: 'pässwörd', key });
        expect(byJose.protectedHeader).to.include({ purpose, enc: 'A256GCM' });
      }
    });

  for (const some of [agents.slice(0, 1), agents])
    it(`of a server that seals by jose are opened by each of ${some.length}`, async () => {
      const jwe = new GeneralEncrypt(new TextEncoder().encode(JSON.stringify({ password: 'p', key: 'k' })));
      jwe.setProtectedHeader({ enc: 'A256GCM', purpose });
      for (const { agentId, publicKey } of some) jwe.addRecipient(publicKey).setUnprotectedHeader({ alg: algorithm, kid: agentId });
      const sealed = (await jwe.encrypt()) as Sealed;
      for (const { agentId, own } of some)
        expect(await openSealed(sealed, purpose, agentId, own)).to.deep.equal({ password: 'p', key: 'k' });
    });

  it('share no key: each is sealed with an ephemeral key of its own', async () => {
    const seen = new Set<unknown>();
    for (let n = 0; n < 20; n++) {
      const { sealed } = await seal({ password: 'p' }, purpose, agents);
      for (const { header } of sealed!.recipients) seen.add((header!.epk as PublicKey).x);
      seen.add(sealed!.iv);
    }
    expect(seen.size).to.equal(20 * (agents.length + 1));
  });

  it('are of no use to another agent, for another purpose, or changed in any part', async () => {
    const [first, second, third] = agents as [(typeof agents)[0], (typeof agents)[0], (typeof agents)[0]];
    const { sealed } = await seal({ password: 'p' }, purpose, [first, second]);
    const [part, other] = sealed!.recipients;
    const turn = (text: string) => (text.startsWith('A') ? 'B' : 'A') + text.slice(1);
    const header = (more: object) => Buffer.from(JSON.stringify({ enc: 'A256GCM', purpose, ...more })).toString('base64url');
    const changed: Partial<Sealed>[] = [
      { ciphertext: turn(sealed!.ciphertext) },
      { iv: turn(sealed!.iv) },
      { tag: turn(sealed!.tag) },
      { tag: sealed!.tag.slice(0, 6) },
      { aad: 'AA' },
      { protected: header({ purpose: 'another' }) },
      { protected: header({ crit: ['exp'] }) },
      { protected: header({ zip: 'DEF' }) },
      { protected: header({ enc: 'A128GCM' }) },
      { recipients: [] },
      { recipients: [{ ...part, encrypted_key: other!.encrypted_key }] },
      { recipients: [{ ...part, encrypted_key: undefined }] },
      { recipients: [{ ...part, header: { ...part!.header, epk: other!.header!.epk } }] },
      { recipients: [{ ...part, header: { ...part!.header, alg: 'dir' } }] },
      // a point of small order, which leads to the same key with everybody
      {
        recipients: [
          { ...part, header: { ...part!.header, epk: { kty: 'OKP', crv: 'X25519', x: Buffer.alloc(32).toString('base64url') } } },
        ],
      },
    ];
    for (const one of changed)
      expect(await failureOf(openSealed({ ...sealed!, ...one }, purpose, first.agentId, first.own)), JSON.stringify(one)).to.be.an('error');
    expect(await failureOf(openSealed(sealed!, 'change-password 1', first.agentId, first.own))).to.be.an('error');
    expect(await failureOf(openSealed(sealed!, purpose, third.agentId, third.own))).to.be.an('error');
    expect(await failureOf(openSealed(sealed!, purpose, first.agentId, second.own))).to.be.an('error');
  });

  it('are kept from nobody by the bad key of another', async () => {
    const bad = ['', 'AA', Buffer.alloc(32).toString('base64url'), Buffer.alloc(33, 9).toString('base64url')];
    for (const x of bad) {
      const stranger = { agentId: 'bad', encryptionKey: { kty: 'OKP', crv: 'X25519', x } as PublicKey };
      const { sealed, failed } = await seal({ password: 'p' }, purpose, [stranger, ...agents]);
      expect(failed, x).to.deep.equal(['bad']);
      for (const { agentId, own } of agents) expect(await openSealed(sealed!, purpose, agentId, own)).to.include({ password: 'p' });
      expect(await seal({ password: 'p' }, purpose, [stranger])).to.include({ sealed: undefined });
    }
    const signing = { agentId: 'bad', encryptionKey: { ...agents[0]!.encryptionKey, crv: 'Ed25519' } as PublicKey };
    expect((await seal({ password: 'p' }, purpose, [signing])).failed).to.deep.equal(['bad']);
  });
});

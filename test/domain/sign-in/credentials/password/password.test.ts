import { expect } from 'chai';
import { newPasswordInput, passwordFaults } from '../../../../../src/domain/sign-in/credentials/password/index.ts';
import { defaultPolicy } from '../../../../../src/domain/sign-in/sign-in-policy/index.ts';
import { readPassword } from '../../../../../src/platform/crypto/index.ts';
import { AppError, parseInput } from '../../../../../src/platform/errors/index.ts';

describe('domain/credentials: password rules', () => {
  const person = { email: 'ana.souza@acme.example', firstName: 'Ana Maria', lastName: 'Souza Lima' };
  const faults = (password: string) => passwordFaults(readPassword(password), person, defaultPolicy.password);
  it('take 12 to 128 characters, counted as people count, and nothing of the person’s own, and nothing that is widely known', async () => {
    expect(await faults('correct horse')).to.deep.equal([]);
    expect(await faults('😀😁😂🤣😃😄😅😆😉😊😋😎')).to.deep.equal([]);
    expect(await faults('short')).to.include('fields.password_short');
    expect(await faults('ab'.repeat(65))).to.include('fields.password_long');
    expect(await faults('ANA.SOUZA@acme.example')).to.include('fields.password_personal');
    expect(await faults('ana maria souza lima!1')).to.include('fields.password_personal');
    expect(await faults('ana maria souza lima')).to.include('fields.password_personal');
    for (const known of [
      'Dragon2026!!!!',
      'password1234',
      'QWERTY123456789',
      'contraseña1234',
      'Contrasena2026!',
      'MiContraseña#2026',
      'Primeiroacesso1',
      'Corinthians1910',
      'Segurança@2026',
    ])
      expect(await faults(known), known).to.include('fields.password_breached');
    expect(await faults('dragons fly over Joinville 2026')).to.deep.equal([]);
    expect(await faults('correct\0 horse')).to.deep.equal(['fields.password_nul']);
    expect(await faults('aaaaaaaaaaaaaaaa')).to.include('fields.password_simple');
  });

  it('a new password is typed twice, the same', () => {
    const same = { newPassword: ' a long sentence ', repeatPassword: ' a long sentence ' };
    expect(parseInput(newPasswordInput, same).newPassword).to.deep.equal(readPassword(same.newPassword));
    for (const repeatPassword of ['', 'a long sentence', ' A long sentence ', ' a long sentence'])
      expect(() => parseInput(newPasswordInput, { ...same, repeatPassword }), repeatPassword)
        .to.throw(AppError, 'invalid_input')
        .with.deep.property('fields', { repeatPassword: 'fields.password_repeat' });
  });
});

import { expect } from 'chai';
import { loadSettings } from '../../../../src/domain/company/context-settings/index.ts';
import { changeMailText, fillIn, type MailName, mailKinds, mailNames, mailTexts } from '../../../../src/domain/company/mails/index.ts';
import type { Locale } from '../../../../src/platform/i18n/index.ts';
import { useStore } from '../../../support/use-cases.ts';

describe('domain/company/mails: words of a company', () => {
  const store = useStore();
  const load = () => loadSettings(store.scope, mailTexts);
  const words = { subject: 'Hello from {{company}}', body: 'Dear {{firstName}}', action: 'Open' };
  const change = async (mail: MailName, locale: Locale, text: typeof words | undefined) =>
    changeMailText(store.scope, mail, locale, text, (await load()).version);

  it('are kept by mail and language, and go back to the product’s', async () => {
    expect(await store.eventsOf(() => change('invitation', 'en', words))).to.deep.equal(['settings.changed']);
    await change('invitation', 'es', { ...words, subject: 'Hola' });
    expect((await load()).value.invitation).to.deep.equal({ en: words, es: { ...words, subject: 'Hola' } });
    await change('invitation', 'en', undefined);
    expect((await load()).value.invitation).to.deep.equal({ es: { ...words, subject: 'Hola' } });
  });

  it('the same words again are no change, of whichever language', async () => {
    await change('blocked', 'en', words);
    await change('blocked', 'es', words);
    for (const locale of ['en', 'es'] as const) await store.unchanged(() => change('blocked', locale, words));
  });

  for (const mail of mailNames)
    it(`of ${mail} may name what that mail has, and nothing else`, async () => {
      const all = [...mailKinds[mail], 'company'].map((name) => `{{${name}}}`).join(' ');
      await change(mail, 'pt-BR', { ...words, body: all });
      for (const part of ['subject', 'body', 'action'] as const) {
        const wrong = { ...words, body: all, [part]: 'of {{ password }}' };
        expect(await store.refused('invalid_input', () => change(mail, 'pt-BR', wrong))).to.have.property(`${mail}.pt-BR.${part}`);
      }
    });

  it('that are empty, too long or on two lines are refused, and who comes later is told', async () => {
    const refused: [part: keyof typeof words, text: string][] = [
      ['subject', ' '],
      ['subject', 'a\nb'],
      ['subject', 'x'.repeat(201)],
      ['body', ''],
      ['body', 'x'.repeat(4001)],
      ['action', ''],
    ];
    for (const [part, text] of refused) {
      const faults = await store.refused('invalid_input', () => change('recovery', 'en', { ...words, [part]: text }));
      expect(faults).to.have.property(`recovery.en.${part}`);
    }
    await store.refused('changed_meanwhile', () => changeMailText(store.scope, 'recovery', 'en', words, 99));
  });

  it('the write and its event stand or fall together', async () => {
    const { version } = await load();
    await store.inOneTransaction((scope) => changeMailText(scope, 'blocked', 'en', { ...words, body: 'Blocked' }, version));
  });

  it('are filled in with the mail’s own values and no others', () => {
    expect(fillIn('{{ firstName }} of {{company}} {{constructor}}.', { firstName: 'Ana', company: '{{firstName}}' })).to.equal(
      'Ana of {{firstName}} .',
    );
  });
});

import type { IncomingHttpHeaders } from 'node:http';
import type { AccessFinder } from '../../domain/applications/access/index.ts';
import type { SettingsFinder } from '../../domain/company/context-settings/index.ts';
import type { Ask } from '../../domain/people/directory-requests/index.ts';
import type { AddressLimits } from '../../domain/records/address-limits/index.ts';
import type { ArtifactStore } from '../../domain/records/protocol-artifacts/index.ts';
import type { ContextId } from '../../domain/scope.ts';
import type { SessionFinder } from '../../domain/sign-in/sessions/index.ts';
import type { PolicyFinder } from '../../domain/sign-in/sign-in-policy/index.ts';
import type { Clock } from '../../platform/clock/index.ts';
import type { KeyRing, PasswordHasher } from '../../platform/crypto/index.ts';
import type { Database } from '../../platform/database/index.ts';
import type { Assets, Views } from '../../platform/http/index.ts';
import type { I18n } from '../../platform/i18n/index.ts';
import type { Log } from '../../platform/log/index.ts';
import type { OutboundFetch } from '../../platform/net/index.ts';
import type { ContextDirectory } from './context-directory.ts';
import type { PathOf } from './linked-page.ts';

/** What app builds once and hands to every web slice. */
export type Services = {
  // biome-ignore lint/plugin: handed on to openScope by name only
  database: Database;
  clock: Clock;
  keyRing: KeyRing;
  hasher: PasswordHasher;
  log: Log;
  i18n: I18n;
  views: Views;
  assets: Assets;
  /** The SVG of an icon of views/icons. */
  icon(name: string): string;
  contexts: ContextDirectory;
  findPolicy: PolicyFinder;
  findSettings: SettingsFinder;
  findSession: SessionFinder;
  findAccess: AccessFinder;
  /** Asks a directory of a company through SmartSync. */
  askDirectory: Ask;
  artifacts: ArtifactStore;
  limits: AddressLimits;
  /** What this process keeps in memory of a company is read again: its own changes are seen on the very next page. */
  forgetCached(contextId: ContextId): void;
  outbound: OutboundFetch;
  /** The operator has opened this host of a private network to answers by http. */
  isHttpHost(hostname: string): boolean;
  pathOf: PathOf;
  /** Mails reach somebody: a mail server is configured, or they are kept on a page while Portaria is tried out. */
  canMail: boolean;
  clientAddress(socketAddress: string, headers: IncomingHttpHeaders): string;
};

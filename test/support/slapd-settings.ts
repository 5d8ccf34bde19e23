import { type Entry, salted } from './ldif.ts';

export type Account = { dn: string; password: string };

export type SlapdSettings = {
  folder: string;
  baseDn: string;
  withSyncprov: boolean;
  certificateFile: string;
  keyFile: string;
  caFile: string;
  admin: Account;
  /** Reads all but passwords. */
  sync: Account;
  /** Writes too. */
  writer: Account;
  passwordHash?: string;
  rights?: string;
};

/** Four wrong passwords lock a person for five minutes. */
export const lockoutThreshold = 4;

/** The default policy, and `cn=fleeting`, under which a password is over after a second (`pwdPolicySubentry`). */
const policies = (baseDn: string): Entry[] => {
  const rules = {
    objectClass: ['device', 'pwdPolicy'],
    pwdAttribute: 'userPassword',
    pwdMinLength: '10',
    pwdCheckQuality: '1',
    pwdInHistory: '3',
    pwdMustChange: 'TRUE',
    pwdAllowUserChange: 'TRUE',
    pwdLockout: 'TRUE',
    pwdMaxFailure: String(lockoutThreshold),
    pwdLockoutDuration: '300',
    pwdFailureCountInterval: '300',
  };
  return [
    { dn: `ou=Policies,${baseDn}`, attributes: { objectClass: 'organizationalUnit', ou: 'Policies' } },
    { dn: `cn=default,ou=Policies,${baseDn}`, attributes: { ...rules, cn: 'default' } },
    { dn: `cn=fleeting,ou=Policies,${baseDn}`, attributes: { ...rules, cn: 'fleeting', pwdMaxAge: '1' } },
  ];
};

/** What is in a directory before anybody is. */
export function foundation({ baseDn, sync, writer }: Pick<SlapdSettings, 'baseDn' | 'sync' | 'writer'>): Entry[] {
  const [, dc] = /^dc=([^,]+)/.exec(baseDn)!;
  const accounts = [sync, writer].map(({ dn, password }) => ({
    dn,
    attributes: {
      objectClass: ['organizationalRole', 'simpleSecurityObject'],
      cn: /^cn=([^,]+)/.exec(dn)![1]!,
      userPassword: salted(password),
    },
  }));
  const base = { dn: baseDn, attributes: { objectClass: ['dcObject', 'organization'], dc: dc!, o: 'Directory' } };
  return [base, ...policies(baseDn), ...accounts];
}

export const configuration = ({ folder, baseDn, admin, sync, writer, ...settings }: SlapdSettings): string => `
${['core', 'cosine', 'nis', 'inetorgperson'].map((schema) => `include /etc/ldap/schema/${schema}.schema`).join('\n')}
pidfile ${folder}/slapd.pid
argsfile ${folder}/slapd.args
modulepath /usr/lib/ldap
${['back_mdb', 'memberof', 'refint', 'ppolicy', 'syncprov', 'argon2'].map((module) => `moduleload ${module}`).join('\n')}
TLSCACertificateFile ${settings.caFile}
TLSCertificateFile ${settings.certificateFile}
TLSCertificateKeyFile ${settings.keyFile}
password-hash ${settings.passwordHash ?? '{SSHA}'}
sizelimit 500
tool-threads 2
database mdb
suffix "${baseDn}"
rootdn "${admin.dn}"
rootpw "${admin.password}"
directory ${folder}/db
maxsize 8589934592
dbnosync
index objectClass,entryUUID,entryCSN,modifyTimestamp,uid,cn,mail,member,memberOf eq
limits dn.exact="${sync.dn}" size=unlimited time=unlimited
limits dn.exact="${writer.dn}" size=unlimited time=unlimited
${settings.rights ?? ''}
access to attrs=userPassword by dn.exact="${writer.dn}" =w by self write by anonymous auth by * none
access to * by dn.exact="${writer.dn}" write by dn.exact="${sync.dn}" read by users read by * none
overlay memberof
memberof-group-oc groupOfNames
memberof-refint TRUE
overlay refint
refint_attributes member memberOf manager
overlay ppolicy
ppolicy_default "cn=default,ou=Policies,${baseDn}"
ppolicy_hash_cleartext
ppolicy_use_lockout
${settings.withSyncprov ? 'overlay syncprov\nsyncprov-checkpoint 100 10\nsyncprov-sessionlog 2000\nsyncprov-reloadhint TRUE' : ''}
`;

import type { Locale } from '../../../platform/i18n/index.ts';

/** What people look for a page by besides its name, in their language: parted by spaces, found by their beginnings. */
export const synonyms: Record<string, Record<Locale, string>> = {
  home: {
    en: 'overview start statistics figures',
    es: 'inicio resumen estadísticas cifras',
    'pt-BR': 'início resumo estatísticas números',
  },
  risks: { en: 'attention warnings problems', es: 'atención avisos riesgos problemas', 'pt-BR': 'atenção avisos riscos problemas' },
  users: { en: 'people accounts employees staff', es: 'personas cuentas empleados', 'pt-BR': 'pessoas contas funcionários colaboradores' },
  new_user: { en: 'create invite invitation', es: 'crear nuevo invitar invitación', 'pt-BR': 'criar novo convidar convite' },
  import_users: { en: 'csv spreadsheet upload bulk', es: 'csv planilla carga masiva', 'pt-BR': 'csv planilha carga lote' },
  export_users: { en: 'csv spreadsheet download', es: 'csv planilla descargar', 'pt-BR': 'csv planilha baixar' },
  groups: { en: 'teams members', es: 'equipos miembros', 'pt-BR': 'equipes membros' },
  new_group: { en: 'create team', es: 'crear nuevo equipo', 'pt-BR': 'criar novo equipe' },
  directories: {
    en: 'ldap ad smartsync active directory sync',
    es: 'ldap ad smartsync active directory',
    'pt-BR': 'ldap ad smartsync active directory',
  },
  applications: { en: 'apps sso clients saml oidc', es: 'apps sso clientes saml oidc', 'pt-BR': 'apps sso clientes saml oidc aplicações' },
  catalogue: {
    en: 'add new connect application app catalog saml oidc',
    es: 'agregar nueva conectar aplicación app saml oidc',
    'pt-BR': 'adicionar novo conectar aplicativo app saml oidc',
  },
  apis: {
    en: 'scopes tokens resource server',
    es: 'scopes permisos tokens servidor de recursos',
    'pt-BR': 'scopes permissões tokens servidor de recursos',
  },
  policy: { en: 'rules security', es: 'reglas seguridad', 'pt-BR': 'regras segurança' },
  identifiers: { en: 'username email login', es: 'usuario correo login', 'pt-BR': 'usuário email login' },
  second_factor: {
    en: 'mfa 2fa totp passkey authenticator remember browser',
    es: 'mfa 2fa totp clave acceso doble factor autenticación recordar navegador',
    'pt-BR': 'mfa 2fa totp chave acesso dois fatores autenticação lembrar navegador',
  },
  password: {
    en: 'minimum length history expiry characters common',
    es: 'longitud mínima historial vencimiento caracteres uso común',
    'pt-BR': 'tamanho mínimo histórico validade caracteres uso comum',
  },
  lockout: {
    en: 'block lock unblock wrong password limit',
    es: 'bloqueo desbloqueo contraseña incorrecta límite',
    'pt-BR': 'bloqueio desbloqueio senha incorreta limite',
  },
  session: {
    en: 'timeout idle lifetime keep signed in',
    es: 'inactividad duración expiración mantener',
    'pt-BR': 'inatividade duração expiração manter',
  },
  place_and_time: {
    en: 'networks ip addresses hours days',
    es: 'redes ip direcciones horario días',
    'pt-BR': 'redes ip endereços horário dias',
  },
  overrides: { en: 'exceptions groups roles', es: 'excepciones grupos roles', 'pt-BR': 'exceções grupos funções' },
  effective_rules: { en: 'which apply user', es: 'cuáles aplican usuario', 'pt-BR': 'quais valem usuário' },
  explain: {
    en: 'why refused cannot sign in support code',
    es: 'por qué rechazado no entra código soporte',
    'pt-BR': 'por que recusado não entra código suporte',
  },
  new_accounts: {
    en: 'registration sign up self-service invitation',
    es: 'registro autoservicio invitación',
    'pt-BR': 'cadastro autosserviço convite',
  },
  profiles: {
    en: 'photo picture avatar name my profile',
    es: 'foto imagen avatar nombre mi perfil',
    'pt-BR': 'foto imagem avatar nome meu perfil',
  },
  consent: { en: 'terms of use privacy', es: 'términos uso privacidad', 'pt-BR': 'termos uso privacidade' },
  branding: { en: 'logo colour color theme look', es: 'logo color tema marca', 'pt-BR': 'logo cor tema marca' },
  custom_fields: { en: 'attributes profile', es: 'atributos perfil', 'pt-BR': 'atributos perfil' },
  messages: {
    en: 'mails e-mails templates notifications',
    es: 'correos e-mails plantillas notificaciones',
    'pt-BR': 'e-mails modelos notificações',
  },
  audit: {
    en: 'log events history sign-ins activity',
    es: 'registro eventos historial sesiones actividad',
    'pt-BR': 'log eventos histórico logins atividade',
  },
  export_audit: { en: 'csv download signed', es: 'csv descargar firmado', 'pt-BR': 'csv baixar assinado' },
  retention: { en: 'keep delete days audit', es: 'borrar días auditoría', 'pt-BR': 'apagar dias auditoria' },
  keys: { en: 'jwks signing rotate oidc', es: 'jwks firma rotar oidc', 'pt-BR': 'jwks assinatura rotacionar oidc' },
  certificates: { en: 'x509 signing rotate expiry', es: 'x509 firma rotar vencimiento', 'pt-BR': 'x509 assinatura rotacionar vencimento' },
  operations: {
    en: 'jobs imports exports background',
    es: 'procesos importaciones exportaciones',
    'pt-BR': 'processos importações exportações',
  },
  environments: { en: 'staging test pair', es: 'homologación pruebas par', 'pt-BR': 'homologação testes par' },
  promotion: {
    en: 'promote deploy changes production',
    es: 'promover pasar cambios producción',
    'pt-BR': 'promover publicar mudanças produção',
  },
  settings: { en: 'company name address', es: 'nombre empresa dirección', 'pt-BR': 'nome empresa endereço' },
  time_zone: { en: 'clock hours region', es: 'hora reloj región', 'pt-BR': 'hora relógio região' },
  guides: {
    en: 'help documentation manual guide docs',
    es: 'ayuda documentación manual guía',
    'pt-BR': 'ajuda documentação manual guia',
  },
};

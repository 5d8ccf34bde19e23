/**
 * What people in Spanish, Portuguese and English make a password of, and the list of breached ones lacks: the word for it, what a first password says, the season or month in
 * which it was changed, the club. Without accents, in small letters.
 */
export const commonWords: string[] = `
contrasena micontrasena nuevacontrasena contrasenasegura contrasenanueva miclave nuevaclave claveacceso clavesegura palabraclave
usuario usuarios administrador administradora admin bienvenido bienvenida bienvenidos cambiar cambiame cambiala cambiarclave cambiarcontrasena
temporal provisoria primeracceso primeringreso ingreso acceso inicio empresa miempresa oficina trabajo secreto secreta seguridad sistema portal prueba pruebas invitado
primavera verano otono invierno lunes martes miercoles jueves viernes sabado domingo
enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre diciembre
buenosdias holamundo bocajuniors riverplate independiente sanlorenzo atleticonacional millonarios alianzalima universitario colocolo universidaddechile penarol chivas pumasunam cruzazul
senha minhasenha novasenha senhanova senhasegura senhaforte mudar mudarsenha mudeme trocar trocarsenha troqueasenha alterar alterarsenha
bemvindo bemvinda bemvindos boasvindas acesso meuacesso primeiroacesso entrada escritorio trabalho segredo seguranca teste testes convidado temporaria
verao outono inverno segunda terca quarta quinta sexta segundafeira tercafeira quartafeira quintafeira sextafeira
janeiro fevereiro marco maio junho julho setembro outubro novembro dezembro
bomdia boatarde olamundo corinthians palmeiras flamengo saopaulofc santosfc vascodagama fluminense botafogo cruzeiro atleticomineiro gremio internacional athleticoparanaense bahia
mypassword newpassword changeme changepassword temporary temporarypassword firstaccess welcome company mycompany office administrator security
spring summer autumn winter january february march april june july august september october november december
`
  .split(/\s+/)
  .filter(Boolean);

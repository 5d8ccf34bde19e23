import express from 'express';
import passport from 'passport';
import Strategy from 'passport-openidconnect';

/** It has no discovery: the addresses are those of the document. */
export default async function create({ metadata, clientId, clientSecret, address }) {
  const settings = {
    issuer: metadata.issuer,
    authorizationURL: metadata.authorization_endpoint,
    tokenURL: metadata.token_endpoint,
    userInfoURL: metadata.userinfo_endpoint,
    clientID: clientId,
    clientSecret,
    callbackURL: `${address}/callback`,
    scope: ['profile', 'email'],
  };
  passport.use(
    new Strategy(settings, (_issuer, profile, _context, _idToken, accessToken, refreshToken, done) =>
      done(null, { sub: profile.id, name: profile.displayName, email: profile.emails?.[0]?.value, accessToken, refreshToken }),
    ),
  );
  const app = express.Router();
  app.get('/sign-in', passport.authenticate('openidconnect'));
  app.get('/callback', passport.authenticate('openidconnect', { session: false }), ({ session, user }, response) => {
    session.who = user;
    response.redirect(`${address}/who`);
  });
  app.get('/who', ({ session }, response) => response.json(session.who ?? {}));
  return app;
}

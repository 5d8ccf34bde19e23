# A service provider by pysaml2, as its guide has it: /, /acs, /slo, /logout, /md. JSON of its settings on standard input.
import json, os, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlparse
from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
from saml2.client import Saml2Client
from saml2.config import Config
from saml2.metadata import entity_descriptor

settings = json.load(sys.stdin)
url, folder = settings['url'], settings['folder']
sha256 = {'sign_alg': 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256', 'digest_alg': 'http://www.w3.org/2001/04/xmlenc#sha256'}
files = {'key_file': os.path.join(folder, 'sp.key'), 'cert_file': os.path.join(folder, 'sp.crt')}
config = Config().load({
    'entityid': url + '/md', 'xmlsec_binary': '/usr/bin/xmlsec1', **files, 'encryption_keypairs': [files], 'accepted_time_diff': 60, 'allow_unknown_attributes': True,
    'metadata': {'local': [os.path.join(folder, 'idp.xml')]},
    'service': {'sp': {
        'endpoints': {'assertion_consumer_service': [(url + '/acs', BINDING_HTTP_POST)], 'single_logout_service': [(url + '/slo', BINDING_HTTP_REDIRECT)]},
        'authn_requests_signed': True, 'want_assertions_signed': True, 'want_response_signed': False, 'logout_requests_signed': True, 'logout_responses_signed': True,
        'allow_unsolicited': False, 'signing_algorithm': sha256['sign_alg'], 'digest_algorithm': sha256['digest_alg']}},
})
client = Saml2Client(config)
outstanding, sessions = {}, {}


class Pages(BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def answer(self, status, body='', **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace('_', '-'), value)
        self.send_header('Content-Length', str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def leave(self, info, **headers):
        self.answer(302, Location=dict(info['headers'])['Location'], **headers)

    def do_GET(self):
        parts = urlparse(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        own = dict(one.split('=', 1) for one in (self.headers.get('Cookie') or '').split('; ') if '=' in one).get('session')
        if parts.path == '/md':
            return self.answer(200, str(entity_descriptor(config)), Content_Type='application/xml')
        if parts.path == '/':
            if own in sessions:
                return self.answer(200, 'USER=' + sessions[own].text)
            request, info = client.prepare_for_authenticate(relay_state='/', sign=True, sigalg=sha256['sign_alg'], digest_alg=sha256['digest_alg'], binding=BINDING_HTTP_REDIRECT)
            outstanding[request] = '/'
            return self.leave(info)
        if parts.path == '/logout':
            (_, info), = client.global_logout(sessions.pop(own), **sha256, sign=True).values()
            return self.leave(info)
        if parts.path == '/slo' and 'SAMLResponse' in query:
            response = client.parse_logout_request_response(query['SAMLResponse'], BINDING_HTTP_REDIRECT)
            return self.answer(200, 'signed out: ' + ' '.join(self.codes(response.response.status.status_code)))
        if parts.path == '/slo':
            info = client.handle_logout_request(query['SAMLRequest'], sessions.pop(own), BINDING_HTTP_REDIRECT, relay_state=query.get('RelayState', ''), sign=True, **sha256)
            return self.leave(info)
        self.answer(404)

    def codes(self, code):
        return [code.value.split(':')[-1]] + (self.codes(code.status_code) if code.status_code else [])

    def do_POST(self):
        form = {name: values[0] for name, values in parse_qs(self.rfile.read(int(self.headers['Content-Length'])).decode()).items()}
        session = client.parse_authn_request_response(form['SAMLResponse'], BINDING_HTTP_POST, outstanding=dict(outstanding)).session_info()
        key = os.urandom(16).hex()
        sessions[key] = session['name_id']
        self.answer(302, Location='/', Set_Cookie='session=' + key)


ThreadingHTTPServer(('127.0.0.1', settings['port']), Pages).serve_forever()

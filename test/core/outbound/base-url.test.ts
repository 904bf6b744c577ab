import t from 'tap'
import { checkBaseUrl, readAllowList, whyRefused } from '../../../core/outbound/base-url.ts'

const allow = ['127.0.0.1:5555', '[::1]:3000', 'cal.internal:443', 'localhost:8080']

const refused = [
  'http://api.cal.com/v2',
  'ftp://api.cal.com/',
  'file:///etc/passwd',
  'gopher://api.cal.com/',
  'javascript:alert(1)',
  'data:text/plain,x',
  'https://api.cal.com:22/',
  'https://api.cal.com:8443/v2',
  'https://user@api.cal.com/',
  'https://user:secret@api.cal.com/',
  'https://api.cal.com@127.0.0.1/',
  'https://127.0.0.1/',
  'https://127.1/',
  'https://127.255.255.254/',
  'https://0x7f.1/',
  'https://0x7f000001/',
  'https://0177.0.0.1/',
  'https://2130706433/',
  'https://017700000001/',
  'https://0/',
  'https://0.0.0.0/',
  'https://0.1.2.3/',
  'https://10.0.0.1/',
  'https://172.16.0.1/',
  'https://172.31.255.255/',
  'https://192.168.1.1/',
  'https://169.254.169.254/latest/meta-data/',
  'https://169.254.1.1/',
  'https://168.63.129.16/',
  'https://100.64.0.1/',
  'https://100.100.100.200/',
  'https://192.0.0.192/',
  'https://192.0.2.1/',
  'https://198.18.0.1/',
  'https://198.51.100.7/',
  'https://203.0.113.7/',
  'https://224.0.0.1/',
  'https://240.0.0.1/',
  'https://255.255.255.255/',
  'https://[::]/',
  'https://[::1]/',
  'https://[::ffff:7f00:1]/',
  'https://[::ffff:127.0.0.1]/',
  'https://[::ffff:8.8.8.8]/',
  'https://[::127.0.0.1]/',
  'https://[64:ff9b::7f00:1]/',
  'https://[64:ff9b:1::1]/',
  'https://[2002:7f00:1::]/',
  'https://[2001:0:7f00:1::]/',
  'https://[2001:db8::1]/',
  'https://[fc00::1]/',
  'https://[fd00:ec2::254]/',
  'https://[fe80::1]/',
  'https://[fec0::1]/',
  'https://[ff02::1]/',
  'https://[100::1]/',
  'https://[4000::1]/',
  'https://localhost/',
  'https://localhost./',
  'https://LOCALHOST/',
  'https://app.localhost/',
  'https://metadata/',
  'https://metadata.google.internal/',
  'https://printer.local/',
  'https://ⓛocalhost/',
  'https://①②⑦.0.0.1/',
  'http://127.0.0.1:5556/',
  'https://127.0.0.1:55555/',
  'http://user@127.0.0.1:5555/',
  'http://localhost:80/',
]

const taken = [
  'https://api.cal.com/v2',
  'https://api.cal.com',
  'https://api.cal.com:443/v2',
  'https://8.8.8.8/',
  'https://[2606:4700:4700::1111]/v2',
  'https://172.32.0.1/',
  'https://100.128.0.1/',
  'http://127.0.0.1:5555/v2',
  'https://127.0.0.1:5555/v2',
  'http://0x7f.1:5555/v2',
  'http://[::1]:3000/',
  'https://cal.internal/v2',
  'http://localhost:8080/v2',
]

for (const url of refused) {
  t.test(`refuses ${url}`, async (t) => {
    t.throws(() => checkBaseUrl(url, allow), { code: 'KAL_CONNECTION_INVALID' })
    t.type(whyRefused(new URL(url), readAllowList(allow)), 'string')
  })
}

for (const url of taken) {
  t.test(`takes ${url}`, async (t) => {
    t.equal(checkBaseUrl(url, allow), new URL(url).href.replace(/\/$/, ''))
  })
}

t.test('says why, in a sentence that does not repeat credentials', async (t) => {
  t.throws(() => checkBaseUrl('https://me:hunter2@api.cal.com', []), {
    message: 'baseUrl: a user name or password in the URL is not taken.',
  })
  t.throws(() => checkBaseUrl('no url', []), { code: 'KAL_CONNECTION_INVALID' })
  t.throws(() => checkBaseUrl('https://api.cal.com/v2?key=1', []), { code: 'KAL_CONNECTION_INVALID' })
  t.throws(() => checkBaseUrl('https://api.cal.com/v2#x', []), { code: 'KAL_CONNECTION_INVALID' })
})

t.test('names the entry of the allow list that it cannot read', async (t) => {
  for (const entry of ['127.0.0.1', 'http://127.0.0.1:80', 'a:b', 'a b:80', ':80', 'host:99999', '']) {
    t.throws(() => readAllowList(['127.0.0.1:1', entry]), {
      code: 'KAL_SETTINGS_INVALID',
      params: { path: 'outbound.allow[1]', found: JSON.stringify(entry) },
    })
  }
})

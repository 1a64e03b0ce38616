import { readFileSync } from 'node:fs';
import { CHANNEL_DELIVERY, DOWN_CHANNELS, topicFilter, UP_CHANNELS } from '@tillward/contracts';
import { describe, expect, it } from 'vitest';

/*
 * No EMQX runs here. What its two files say is held against the contract all the same, so that a channel added there, or a limit changed, can't be forgotten
 * here; the same rules are tried for real with the embedded broker and Mosquitto (apps/launcher/src/broker/broker-rules.db.spec.ts).
 */
const file = (name: string) => readFileSync(new URL(`../../deploy/emqx/${name}`, import.meta.url), 'utf8');

interface Rule {
  readonly may: string;
  readonly who: string;
  readonly does: string;
  readonly topics: readonly string[];
}

/** The Erlang terms of acl.conf: `{allow, who, what, [topics]}.` */
function rules(): Rule[] {
  const terms = file('acl.conf').replaceAll(/%%.*$/gm, '').replaceAll(/\s+/g, ' ');
  const found = terms.matchAll(
    /\{(allow|deny), (\{user, "core"\}|all)(?:, (subscribe|\{publish, \[\{retain, (?:true|false)\}\]\}), \[([^\]]*)\])?\}\./g,
  );
  return [...found].map(([, may = '', who = '', does = '', topics = '']) => ({
    may,
    who: who === 'all' ? 'all' : 'core',
    does: does.includes('true') ? 'retain' : does.includes('false') ? 'publish' : does,
    topics: [...topics.matchAll(/(\{eq, )?"([^"]+)"\}?/g)].map(([, exact, topic]) => `${exact === undefined ? '' : 'eq '}${topic}`),
  }));
}

const OWN = ['tw/v1/$', '{client_attrs.store}/$', '{cert_common_name}'].join('');
const topicsOf = (who: string, does: string): string[] =>
  rules()
    .filter((rule) => rule.may === 'allow' && rule.who === who && rule.does === does)
    .flatMap(({ topics }) => topics)
    .sort();
const retained = (channel: (typeof UP_CHANNELS | typeof DOWN_CHANNELS)[number]) => CHANNEL_DELIVERY[channel].retain;

describe('deploy/emqx/acl.conf', () => {
  it('gives a gateway exactly its own topics: nothing retained but presence, no wildcard', () => {
    expect(topicsOf('all', 'retain')).toEqual(UP_CHANNELS.filter(retained).map((channel) => `${OWN}/${channel}`));
    expect(topicsOf('all', 'publish')).toEqual(
      UP_CHANNELS.filter((channel) => !retained(channel))
        .map((channel) => `${OWN}/${channel}`)
        .sort(),
    );
    expect(topicsOf('all', 'subscribe')).toEqual(DOWN_CHANNELS.map((channel) => `eq ${OWN}/${channel}`).sort());
  });

  it('gives core every gateway’s, retained only what is retained', () => {
    expect(topicsOf('core', 'subscribe')).toEqual(UP_CHANNELS.map(topicFilter).sort());
    expect(topicsOf('core', 'retain')).toEqual(DOWN_CHANNELS.filter(retained).map(topicFilter));
    expect(topicsOf('core', 'publish')).toEqual(
      DOWN_CHANNELS.filter((channel) => !retained(channel))
        .map(topicFilter)
        .sort(),
    );
  });

  it('was read whole, and ends with a refusal of everything else', () => {
    expect(rules()).toHaveLength(file('acl.conf').match(/\}\.$/gm)!.length);
    expect(rules().at(-1)).toMatchObject({ may: 'deny', who: 'all', topics: [] });
  });
});

describe('deploy/emqx/base.hocon', () => {
  it.each([
    ['wants a certificate', /verify = verify_peer\s+fail_if_no_peer_cert = true/],
    ['takes name and client id from it', /peer_cert_as_username = cn\s+peer_cert_as_clientid = cn/],
    ['takes no packet above a mebibyte', /max_packet_size = "1MB"/],
    ['limits new connections and bytes', /max_conn_rate = "200\/s"[^}]*bytes_rate = "4MB\/s"/],
    ['refuses what no rule allows, and ends the connection', /no_match = deny\s+deny_action = disconnect/],
    ['listens for core on this machine only', /listeners\.tcp\.default \{\s+bind = "127\.0\.0\.1:/],
    ['has no other listener', /listeners\.ws\.default\.enable = false\s+listeners\.wss\.default\.enable = false/],
  ])('%s', (_what, said) => {
    expect(file('base.hocon')).toMatch(said);
  });
});

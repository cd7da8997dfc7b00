// What a page does with supabase-js, line by line as JSON: URL, KEY and STORE say of which server. With ONCE it only
// selects, which @supabase/lite can, too.
import {createClient} from '@supabase/supabase-js';
import WebSocket from 'ws';

const {URL: url, KEY: key, STORE: store, ONCE: once} = process.env;
const say = (kind, value) => process.stdout.write(JSON.stringify({kind, value}) + '\n');
const client = createClient(url, key, {auth: {persistSession: false}, realtime: {transport: WebSocket}});

async function select() {
    const {data, error} = await client.from('seat_status').select().eq('store_id', store).order('seat_id');
    say(error ? 'error' : 'seats', error ?? data);
}

async function queries() {
    const events = () => client.from('detection_events');
    const say1 = async (kind, query) => {
        const {data, error, count, status} = await query;
        say(kind, {data, code: error?.code, message: error?.message, count, status});
    };
    await say1('newest', events().select('event_type,at:captured_at').eq('store_id', store).order('captured_at', {ascending: false}).limit(1));
    await say1('range', events().select('id', {count: 'exact'}).in('event_type', ['camera_offline', 'person_enter', 'person_leave', 'camera_online']).order('id').range(0, 0));
    await say1('head', events().select('*', {count: 'exact', head: true}));
    await say1('single', client.from('seat_status').select('seat_id').eq('store_id', store).single());
    await say1('nobody', client.from('seat_status').select().eq('seat_id', 'nobody').single());
    await say1('maybe', client.from('seat_status').select().eq('seat_id', 'nobody').maybeSingle());
    await say1('null', events().select('id').is('seat_id', null).limit(1));
    await say1('not null', events().select('seat_id').not('seat_id', 'is', null).gte('captured_at', '2020-01-01').limit(1));
    await say1('write', client.from('seat_status').update({status: 'empty'}).eq('seat_id', 'A'));
    await say1('rpc', client.rpc('now'));
    await say1('table', client.from('users').select());
}

if (once) {
    await select();
    await queries();
    process.exit(0);
}
const filter = `store_id=eq.${store}`;
client.channel('seats')
    .on('postgres_changes', {event: 'UPDATE', schema: 'public', table: 'seat_status', filter}, c => say('status', c))
    .on('postgres_changes', {event: 'DELETE', schema: 'public', table: 'seat_status'}, c => say('gone', c))
    .on('postgres_changes', {event: 'INSERT', schema: 'public', table: 'detection_events'}, c => say('event', c))
    .subscribe(async status => {
        say('channel', status);
        if (status === 'SUBSCRIBED') await select();
    });
client.channel('elsewhere')
    .on('postgres_changes', {event: '*', schema: 'public', table: 'seat_status', filter: 'store_id=eq.other'}, c => say('elsewhere', c))
    .subscribe();

import { DatabaseSync } from 'node:sqlite';
import mqtt from 'mqtt';

/** The peer of the edge-idle benchmark: as little as can stay in touch. A program with an MQTT connection and a SQLite file open. Arguments: broker, user, password, file. */
const [url = '', username = '', password = '', file = ''] = process.argv.slice(2);
const database = new DatabaseSync(file);
database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -512; CREATE TABLE kept (n INTEGER)');
await mqtt.connectAsync(url, { clientId: username, username, password, protocolVersion: 4 });
process.stdout.write(`{"msg":"ready"}\n`);

/** Bodies with signatures that Retell's own code made of them. */
export const secret = 'key_test_0123456789abcdef'
export const signedAt = 1790000000000

export const vectors: Record<string, { body: string; header: string }> = {
  'a function, in UTF-8': {
    body: '{"name":"book_appointment","args":{"start":"2026-10-05T14:30:00+02:00","name":"Zoë Müller"},"call":{"call_id":"call_7d9f3b2c1a0e4f5d8b6a","from_number":"+4915112345678"}}',
    header: 'v=1790000000000,d=451ee19a3d24ae910cb0f61d24029370255b3c77c395ce229b7ad070239b80d9',
  },
  'a function, args only': {
    body: '{"service":"haircut","start":"2026-10-05T14:30:00+02:00","execution_message":"One moment."}',
    header: 'v=1790000000000,d=d133293df82cc2b2c9bca0c0296d08926812a09b5b7d79ec0efaf81d672aa398',
  },
  'an event, with escaped letters': {
    body: '{"event":"call_ended","call":{"call_id":"call_7d9f3b2c1a0e4f5d8b6a","transcript":"Agent: Gr\\u00fc\\u00df Gott\\nUser: hi"}}',
    header: 'v=1790000000000,d=96e4e3e4267792a7a7d07467677b6ce4f0f5c5008255dcd8727ab16ef5bb5a23',
  },
  'an inbound look-up': {
    body: '{"event":"call_inbound","call_inbound":{"call_id":"call_7d9f3b2c1a0e4f5d8b6a","agent_id":"agent_0123456789abcdef","from_number":"+4915112345678","to_number":"+493012345678"}}',
    header: 'v=1790000000000,d=a4303dfaacadefe87b6b3900118fd5d5ae36a88ccd376d4cf3968558511ab4cc',
  },
}

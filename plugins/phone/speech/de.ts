import type { Catalogue } from './keys.ts'

/**
 * German, polite. Values stand behind a colon or a comma: "Dienstag, 6. Oktober, 14 Uhr 30" fits into no case, and the
 * name of a service into no gender.
 */
export const de: Catalogue = {
  or: 'oder',
  and: 'und',
  standing: { pending: 'noch nicht bestätigt', requested: 'angefragt und noch nicht bestätigt' },
  facts: { name: 'Ihren Namen', day: 'den Tag', reference: 'die Terminnummer' },
  instead: { service: 'Termin', name: 'Sie' },
  sentences: {
    CONTEXT: ['Es ist jetzt {now}, Zeitzone {zone}.'],
    SERVICES: ['Wir bieten an: {services}.'],
    NO_SERVICES: ['Im Moment kann ich leider keine Termine vergeben.'],
    SERVICE_NEEDED: ['Um welche Leistung geht es: {choices}?'],
    SERVICE_UNKNOWN: ['Das finde ich bei uns leider nicht.', 'Wir bieten an: {services}.'],
    SERVICE_AMBIGUOUS: ['Was genau meinen Sie: {choices}?'],
    SERVICE_NOT_BOOKABLE: ['Diese Leistung kann ich gerade leider nicht buchen: {service}.'],

    AVAILABLE: ['Frei für {service}: {choices}.'],
    NOT_AVAILABLE: ['Für {service} ist das leider nicht frei: {when}.', 'Frei wäre: {choices}.'],
    NONE_THAT_DAY: ['An diesem Tag ist für {service} leider nichts frei: {day}.', 'Frei wäre: {choices}.'],
    NONE_AT_THAT_HOUR: [
      'Um diese Uhrzeit ist für {service} in der ganzen Woche nichts frei: {when}.',
      'Frei wäre: {choices}.',
    ],
    NONE_THEN: ['In dieser Zeit ist für {service} leider nichts frei.', 'Frei wäre: {choices}.'],
    NONE_AVAILABLE: ['In dieser Zeit ist für {service} leider nichts frei.', 'Passt Ihnen vielleicht ein anderer Tag?'],
    CALENDAR_SLOW: ['Ich kann gerade leider nicht in den Kalender sehen.'],

    BOOKED: ['Der Termin ist gebucht für {name}: {service}, {when}.', 'Ihre Terminnummer ist {ref}.'],
    REQUESTED: [
      'Der Termin ist angefragt für {name} und muss noch bestätigt werden: {service}, {when}.',
      'Ihre Terminnummer ist {ref}.',
    ],
    PENDING: [
      'Der Termin ist noch nicht bestätigt: {service}, {when}.',
      'Ich trage ihn ein, sobald der Kalender antwortet. Klappt es nicht, meldet sich unser Team.',
    ],
    SLOT_TAKEN: ['Das ist leider gerade vergeben worden: {service}, {when}.', 'Frei wäre noch: {choices}.'],
    NOT_BOOKED: ['Das hat leider nicht geklappt: {service}, {when}.', 'Unser Team kümmert sich darum.'],
    MOVE_OR_ADD: [
      'Sie haben schon einen Termin: {service}, {was}.',
      'Soll ich ihn verschieben oder zusätzlich diesen buchen: {when}?',
    ],
    SAME_OR_OTHER: [
      'Um diesen Termin ging es schon: {service}, {when}, für {name}.',
      'Ist es dieselbe Person oder jemand anderes?',
    ],
    NAME_NEEDED: ['Auf welchen Namen darf ich den Termin eintragen?'],
    PHONE_NEEDED: ['Unter welcher Telefonnummer können wir Sie erreichen?'],
    TOO_MANY_BOOKINGS: ['Weitere Termine kann ich in diesem Gespräch leider nicht vergeben.'],

    FACT_NEEDED: ['Nennen Sie mir bitte entweder {choices}.'],
    FACTS_NEEDED: [
      'Nennen Sie mir bitte zwei von drei Angaben: {facts}.',
      'Nennen Sie mir bitte noch eine zweite Angabe: entweder {choices}.',
    ],
    NOT_FOUND: ['Mit diesen Angaben kann ich Ihnen leider nicht weiterhelfen.'],
    WHICH_APPOINTMENT: ['Welchen Termin meinen Sie: {choices}?'],
    TOO_MANY_ATTEMPTS: ['Auf diesem Weg kann ich Ihnen leider nicht weiterhelfen.'],
    FOUND: ['Ich sehe: {appointments}.'],
    FOUND_UNCONFIRMED: ['Ich sehe: {appointments}.'],
    FOUND_FAILED: [
      'Ich sehe: {appointments}.',
      'So steht es leider nicht im Kalender: {failed}. Unser Team kümmert sich darum.',
    ],

    MOVED: ['Der Termin ist verschoben: {service}, von {was} auf {when}.', 'Ihre Terminnummer ist {ref}.'],
    MOVE_REQUESTED: [
      'Die neue Zeit ist angefragt und muss noch bestätigt werden: {service}, {when}.',
      'Ihre Terminnummer ist {ref}.',
    ],
    MOVE_PENDING: [
      'Die neue Zeit ist noch nicht bestätigt: {service}, {when}.',
      'Ich trage sie ein, sobald der Kalender antwortet. Klappt es nicht, meldet sich unser Team.',
    ],
    MOVE_TAKEN: [
      'Diese Zeit ist leider nicht frei: {when}. Ihr Termin bleibt: {service}, {was}.',
      'Frei wäre: {choices}.',
    ],
    NOT_MOVED: ['Das Verschieben hat leider nicht geklappt: {service}, {when}.', 'Unser Team kümmert sich darum.'],
    CANCEL_ANOTHER: [
      'Dieser Termin ist schon abgesagt: {service}, {when}.',
      'Soll auch dieser abgesagt werden: {choices}?',
    ],
    CANCELLED: ['Der Termin ist abgesagt: {service}, {when}.'],
    CANCEL_PENDING: [
      'Die Absage ist noch nicht bestätigt: {service}, {when}.',
      'Ich trage sie ein, sobald der Kalender antwortet. Klappt es nicht, meldet sich unser Team.',
    ],
    NOT_CANCELLED: ['Die Absage hat leider nicht geklappt: {service}, {when}.', 'Unser Team kümmert sich darum.'],
    APPOINTMENT_OVER: ['Dieser Termin ist schon vorbei.'],

    TIME_AMBIGUOUS: ['Welche Uhrzeit meinen Sie?', 'Zum Beispiel: {choices}.'],
    DATE_AMBIGUOUS: ['Welchen Tag meinen Sie?', 'Zum Beispiel: {choices}.'],
    DATE_MISSING: ['An welchem Tag soll es sein?', 'Zum Beispiel: {choices}.'],
    TIME_MISSING: ['Um wie viel Uhr soll es sein?', 'Zum Beispiel: {choices}.'],
    DATE_IN_PAST: ['Dieser Tag ist schon vorbei, heute ist {today}.', 'Meinen Sie: {choices}?'],
    TIME_IN_PAST: ['Diese Uhrzeit ist heute schon vorbei.', 'Meinen Sie: {choices}?'],
    DATE_TOO_FAR: ['So weit im Voraus kann ich leider nicht planen.', 'Meinen Sie: {choices}?'],
    DATE_DOES_NOT_EXIST: ['Diesen Tag gibt es im Kalender nicht.', 'Meinen Sie: {choices}?'],
    TIME_IN_GAP: ['Diese Uhrzeit gibt es an dem Tag nicht, weil die Uhren umgestellt werden.', 'Ginge {choices}?'],
    TIME_TWICE: [
      'Diese Uhrzeit gibt es an dem Tag zweimal, weil die Uhren umgestellt werden.',
      'Meinen Sie: {choices}?',
    ],
    WEEKDAY_MISMATCH: ['Der Wochentag und das Datum passen nicht zusammen.', 'Meinen Sie: {choices}?'],
    DATE_UNREADABLE: ['Den Tag habe ich leider nicht verstanden, heute ist {today}.', 'Meinen Sie: {choices}?'],
    TIME_UNREADABLE: ['Die Uhrzeit habe ich leider nicht verstanden.', 'Meinen Sie: {choices}?'],

    UNKNOWN_FUNCTION: ['Das kann ich gerade leider nicht erledigen.'],
    INTERNAL: ['Das kann ich gerade leider nicht erledigen.'],
  },
}

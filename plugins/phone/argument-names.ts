import type { Spoken } from './when/spoken.ts'

const list = (names: string): readonly string[] => names.split(' ')

/** What models call the parts of a time, in the order in which they are believed. */
export const whenNames: Record<keyof Spoken, readonly string[]> = {
  start: list(
    'start starts_at start_at start_time start_datetime start_date_time datetime date_time date_and_time when wann zeitpunkt ' +
      'termin slot slot_start time_slot timeslot beginn appointment appointment_start appointment_datetime appointment_date_time wunschtermin',
  ),
  date: list(
    'date datum day tag appointment_date preferred_date requested_date start_date termin_datum wunschdatum date_from from_date datum_von ' +
      'appointment_day booking_date termindatum requested_day preferred_day gewuenschtes_datum',
  ),
  time: list(
    'time uhrzeit zeit appointment_time preferred_time requested_time termin_zeit wunschzeit hour booking_time slot_time terminzeit ' +
      'gewuenschte_uhrzeit',
  ),
  weekday: list('weekday wochentag day_of_week week_day'),
  partOfDay: list('part_of_day tageszeit time_of_day daytime day_part preferred_part_of_day'),
  timeFrom: list(
    'time_from earliest earliest_time zeit_von uhrzeit_von von after not_before ab fruehestens from_time from',
  ),
  timeTo: list('time_to latest latest_time zeit_bis uhrzeit_bis bis before not_after until spaetestens to_time to'),
}

/** What is put before them where a call has two times. */
export const newNames = list('new neu neue neuer neues desired target wunsch to')
export const oldNames = list('old alt alte alter altes current existing original bisherig bisherige bisheriger from')

/** Everything else: what models call it. `call_id` is no name of anything: it is invented more often than not. */
export const fieldNames = {
  service: list(
    'service service_name services dienstleistung leistung behandlung treatment service_slug service_id service_type ' +
      'appointment_type terminart termin_art treatment_name leistungsname service_title gewuenschte_leistung',
  ),
  staff: list(
    'staff staff_name staff_member mitarbeiter mitarbeiterin employee stylist friseur friseurin preferred_staff',
  ),
  name: list(
    'customer_name name full_name kundenname kunde kunde_name caller_name client_name patient_name customer ' +
      'customer_full_name guest_name anrufer fullname client guest patient booking_name contact_name attendee_name kundin person',
  ),
  firstName: list('first_name vorname customer_first_name kunde_vorname given_name'),
  lastName: list('last_name nachname customer_last_name kunde_nachname family_name surname familienname'),
  phone: list(
    'customer_phone phone phone_number telefon telefonnummer rufnummer handynummer handy mobile mobile_number tel ' +
      'customer_phone_number kunde_telefon caller_number contact_number telephone telephone_number phonenumber mobil ' +
      'mobilnummer callback_number client_phone guest_phone',
  ),
  email: list('email e_mail mail customer_email email_address e_mail_adresse emailadresse kunde_email'),
  notes: list(
    'notes note notiz notizen comment comments bemerkung bemerkungen anmerkung anmerkungen hinweis special_requests',
  ),
  reference: list(
    'appointment_ref reference ref appointment_reference booking_reference booking_ref confirmation_code booking_code ' +
      'appointment_number booking_number confirmation_number reference_number referenznummer referenz ' +
      'terminnummer termin_nummer buchungsnummer buchungscode appointment_id booking_id termin_id code',
  ),
  reason: list('reason grund cancellation_reason cancel_reason reschedule_reason absagegrund stornogrund storno_grund'),
  query: list('query search suche search_term suchbegriff q category kategorie'),
} as const

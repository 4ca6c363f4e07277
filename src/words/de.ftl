# Was Anrufer und Mitarbeiter außerhalb der Sprachabläufe lesen und hören, auf Deutsch. Kurz, ruhig, einfach. SMS bleiben
# im GSM-7-Bit-Alphabet, damit ein Alarm in eine Nachricht passt. Die Befehle (ACK, DECLINE …) sind in jeder Sprache
# dieselben.

## Alarme per SMS.
page = SEV{ $severity } { $ticket } { $customer }: { $what } { $callback } { $answers }
page-muted = SEV{ $severity } { $ticket } { $customer }: { $what } { $callback } Stumm, aber Sie werden gebraucht. { $answers }
page-unknown-customer = Unbekannter Anrufer
page-no-message = Noch keine Nachricht.
page-callback-confirmed = Rückruf: { $number }.
page-callback-unconfirmed = Rückruf: { $number } (unbestätigt).
page-callback-none = Keine Rückrufnummer.
page-answers = Antwort: ACK { $digits }, DECLINE oder CALL.
page-abandoned = SEV{ $severity } { $ticket }: Ein Anrufer hat ohne ein Wort aufgelegt. { $callback } Sonst wird niemand alarmiert.
page-unwritten = SEV1: Ein Anruf auf der Notfallnummer { $line } ließ sich nicht festhalten. { $callback } Bitte sofort zurückrufen; das Ticket folgt.
update = SEV{ $severity } { $ticket } { $customer }, { $news ->
    [recording] neue Sprachnachricht
    [callback] neue Rückrufnummer
    [called] der Anrufer rief wieder an
    [pictures] der Anrufer hat Bilder geschickt
   *[texted] der Anrufer hat geschrieben
}: { $what } { $callback }

## Alarme per Anruf.
voice-page = { $desk }. Alarm, Schweregrad { $severity }. { $ticket }. { $customer }. { $what } { $callback }
voice-callback-confirmed = Rückrufnummer: { $number }.
voice-callback-unconfirmed = Rückrufnummer, nicht bestätigt: { $number }.
voice-callback-none = Es gibt keine Rückrufnummer.
voice-number = plus { $digits }
voice-ticket = Ticket { $digits }
voice-menu = Zum Übernehmen drücken Sie die 1. Zum Übernehmen und sofortigen Anruf beim Kunden die 2. Zum Ablehnen die 4. Um alles noch einmal zu hören, die Stern-Taste.
voice-menu-recording = Zum Übernehmen drücken Sie die 1. Zum Übernehmen und sofortigen Anruf beim Kunden die 2. Um die Nachricht zu hören, die 3. Zum Ablehnen die 4. Um alles noch einmal zu hören, die Stern-Taste.
voice-wrong-key = Diese Taste hat hier keine Funktion.
voice-no-recording = Es gibt keine Nachricht zum Anhören.
voice-taken = Danke, Sie haben es übernommen: { $ticket }. { $callback } Um den Kunden jetzt anzurufen, drücken Sie die 2. Sonst legen Sie auf und rufen bald zurück.
voice-put-through = Der Kunde wird angerufen. Bitte bleiben Sie in der Leitung.
voice-ready = Das ist der Rückruf zu { $ticket }, { $customer }. Um verbunden zu werden, drücken Sie die 1.
voice-caller-waits = { $desk }. Ein Anrufer ist mit einem Notfall in der Leitung: { $ticket }, { $customer }. Um zu übernehmen und jetzt zu sprechen, drücken Sie die 1. Zum Ablehnen die 4. Um alles noch einmal zu hören, die Stern-Taste.
voice-to-caller = Sie werden verbunden.
voice-reached = Der Rückruf zu { $ticket } ist notiert. Auf Wiederhören.
voice-not-reached = Haben Sie den Kunden erreicht? Bitte antworten Sie auf die SMS: DONE, oder CALL für einen neuen Versuch. Auf Wiederhören.
voice-goodbye = Auf Wiederhören.

## Antworten auf Befehle. Die zu einem einzelnen Ticket werden auch am Telefon gesagt.
taken = Übernommen: { $tickets }. Rufen Sie zurück, dann antworten Sie DONE. CALL verbindet Sie.
taken-ticket = { $ticket } { $customer } { $number }
taken-ticket-no-number = { $ticket } { $customer } (keine Rückrufnummer)
taken-nothing = Für Sie gibt es nichts zu übernehmen. STATUS zeigt, was offen ist.
already-taken = { $ticket } hat { $by } um { $time } übernommen. Nichts zu tun.
seen = Notiert: Sie haben { $ticket } gesehen. Dafür wird niemand alarmiert. RESOLVE schließt es.
yours-already = { $ticket } haben Sie bereits. Rufen Sie zurück, dann antworten Sie DONE. CALL verbindet Sie.
declined = { $ticket } ist abgelehnt. Die nächste Person wird alarmiert.
declined-you-again = { $ticket } ist abgelehnt, aber sonst ist niemand mehr da: Sie werden wieder alarmiert.
declined-nobody = { $ticket } ist abgelehnt, und niemand ist mehr zu alarmieren. Um { $time } beginnt es von vorn.
not-asked = { $ticket }: Sie sollen es nicht übernehmen, also bleibt alles, wie es ist.
escalated = { $ticket } geht jetzt an die nächste Stufe.
ringing = Sie werden angerufen. Mit der 1 werden Sie verbunden: { $ticket }.
no-callback-number = { $ticket } hat keine Rückrufnummer. Es gibt niemanden anzurufen.
called-back = { $ticket }: Rückruf notiert. Wenn es gelöst ist, antworten Sie RESOLVE.
downgraded = { $ticket } hat jetzt Schweregrad { $severity }. Niemand wird mehr alarmiert.
not-lower = { $ticket } hat schon Schweregrad { $severity }. DOWN braucht einen geringeren, etwa DOWN 3 und den Grund.
resolved = { $ticket } ist gelöst.
noted = Notiert zu { $ticket }.
handed-over = { $ticket }: { $to } wird jetzt alarmiert. Bis zur Übernahme hat es niemand.
paged = { $ticket }: { $agent } wird auch alarmiert.
no-such-agent = { $ticket }: Diesen Namen gibt es hier nicht, also bleibt alles, wie es ist.
not-an-agent = { $ticket }: Das darf nur, wer zum Team gehört; alles bleibt, wie es ist.
who = Bereitschaft: { $people }.
who-nobody = Niemand hat Bereitschaft.
who-ticket-held = { $ticket } ist bei { $holder }. { $on_call }
who-ticket-free = { $ticket } hat noch niemand. { $on_call }
status = Offen: { $entries }.
and-more = und { $count } weitere
status-entry-free = { $ticket } SEV{ $severity } { $customer }, hat noch niemand
status-entry-held = { $ticket } SEV{ $severity } { $customer }, hat { $holder }
status-nothing = Nichts ist offen.
help = ACK nehmen. DECLINE weitergeben. ESC nächste Stufe. CALL verbinden. DONE angerufen. DOWN 3 Grund. RESOLVE. NOTE Text. WHO hat Dienst. STATUS.
unclear = Nicht verstanden, nichts geändert. Antworten Sie ACK, DECLINE, CALL, DONE oder ? für mehr.
unclear-perhaps = Nicht verstanden, nichts geändert. Meinten Sie { $command }? Sonst zeigt ?, was Sie schreiben können.
which-one = Welches Ticket? Bitte noch einmal mit einem von diesen: { $tickets }.
which-one-entry = #{ $name } { $customer }
no-such-ticket = { $ticket } ist nicht offen. STATUS zeigt, was offen ist.
nothing-open = Für Sie ist nichts offen. STATUS zeigt, was offen ist.
not-yours = { $ticket }: Sie wurden nicht alarmiert, also bleibt alles, wie es ist.
closed = { $ticket } ist schon geschlossen. Nichts zu tun.

## An Mitarbeiter, ungefragt.
stand-down = Entwarnung: { $by } hat { $ticket }. Nichts zu tun.
stand-down-lowered = Entwarnung: { $ticket } hat jetzt Schweregrad { $severity }. Niemand wird alarmiert.
stand-down-lowered-by = Entwarnung: { $by } hat { $ticket } auf Schweregrad { $severity } gesetzt. Niemand wird alarmiert.
stand-down-closed = Entwarnung: { $ticket } ist geschlossen. Nichts zu tun.
callback-reminder = { $ticket } { $customer }: noch kein Rückruf. { $callback } Dann antworten Sie DONE. Sonst folgt bald ein neuer Alarm.
reached-them = { $ticket }: Das Gespräch war kurz. Kunden erreicht? Antwort: DONE { $digits }, oder CALL { $digits } für einen neuen Versuch.

## An Anrufer.
still-trying = { $desk }: Zu Ticket { $digits } hat noch niemand geantwortet. Wir rufen weiter an; Sie müssen nichts tun.
taken-by = { $desk }: { $by } hat Ihr Ticket { $digits } und ruft Sie zurück.
writer-receipt = { $desk }: Ihre SMS ist da, Ticket { $digits }. Dringend? Rufen Sie { $number } an.

## An Leiter.
method-dead-sms = { $agent } bekommt keine SMS mehr: { $why }. Alarme gehen andere Wege. Bitte beheben.
method-dead-voice = { $agent } bekommt keine Anrufe mehr: { $why }. Alarme gehen andere Wege. Bitte beheben.
nobody-took-it = { $ticket }: Niemand hat geantwortet. Die letzte Stufe wird jetzt alarmiert, dann beginnt es von vorn.
everybody-muted = { $ticket }: Die ganze Bereitschaft ist stumm und wurde nicht gefragt. Die letzte Stufe wird jetzt alarmiert.
nobody-on-call = { $ticket }: Eine Stufe fand niemanden in Bereitschaft. Die nächste wird alarmiert. Bitte den Plan ansehen.
carrier-refused = Der Anbieter { $carrier } sendet nicht: { $why }. Andere werden versucht. Bitte das Konto ansehen.

## Von Dienstplänen, per SMS.
cover-asked = { $asker } bittet Sie, die Bereitschaft zu übernehmen ({ $rota }): { $span }.{ $return }{ $note } Annehmen oder ablehnen: { $link }
cover-to-approve = { $taker } hätte Bereitschaft statt { $asker } ({ $rota }): { $span }.{ $return } Zustimmen oder ablehnen: { $link }
cover-agreed = { $taker } hat Bereitschaft statt { $asker } ({ $rota }): { $span }.{ $return } { $link }
cover-declined = Niemand übernimmt Ihren Dienst ({ $rota }): { $span }. Sie haben Bereitschaft. Andere fragen: { $link }
cover-withdrawn = { $asker } braucht niemanden mehr ({ $rota }): { $span }. Nichts zu tun.
cover-refused = Von der Leitung abgelehnt: { $taker } statt { $asker } ({ $rota }), { $span }. Der Plan bleibt, wie er ist.
cover-soon = Noch hat es niemand übernommen: { $asker } ({ $rota }), { $span }. { $asker } behält die Bereitschaft, wenn es so bleibt. { $link }
cover-soon-to-approve = Noch nicht zugestimmt: { $taker } statt { $asker } ({ $rota }), { $span }. Zustimmen oder ablehnen: { $link }
cover-lapsed = Daraus wurde nichts: { $asker } hat Bereitschaft wie geplant ({ $rota }), { $span }.
cover-moved = Der Dienst wurde verschoben, und mit ihm, was gefragt oder vereinbart war: { $asker } ({ $rota }), jetzt { $span }.{ $return } { $link }
cover-adrift = Der Plan wurde geändert, und { $asker } hat danach keine Bereitschaft mehr ({ $rota }): { $span }. Was gefragt oder vereinbart war, kann nicht folgen. Bitte ansehen: { $link }
cover-undone = Im Plan geändert oder entfernt: { $taker } statt { $asker } ({ $rota }), { $span }. Bitte ansehen, wer Dienst hat: { $link }
gaps-week = { $desk }: In den nächsten 90 Tagen trifft ein Notfall niemanden in Bereitschaft an: { $gaps }. Bitte füllen: { $link }
gaps-near = { $desk }: Bald trifft ein Notfall niemanden in Bereitschaft an: { $gaps }. Bitte füllen: { $link }
cover-in-return = Dafür übernimmt { $asker }: { $other }.

## Dasselbe am Telefon, dreimal gesagt. Ohne Adressen: man hört sie schlecht.
voice-notice = Hier ist Nightbell für { $desk }. { $news }
voice-cover-asked = { $asker } bittet Sie, die Bereitschaft zu übernehmen, im Plan { $rota }: { $span }.{ $return }{ $note } Zum Annehmen oder Ablehnen öffnen Sie bitte die Anfrage auf der Seite von Nightbell.
voice-cover-to-approve = { $taker } hätte Bereitschaft statt { $asker }, im Plan { $rota }: { $span }.{ $return } Zum Zustimmen oder Ablehnen öffnen Sie bitte die Anfrage auf der Seite von Nightbell.
voice-cover-agreed = { $taker } hat Bereitschaft statt { $asker }, im Plan { $rota }: { $span }.{ $return }
voice-cover-declined = Niemand übernimmt Ihren Dienst im Plan { $rota }: { $span }. Sie haben Bereitschaft. Auf der Seite von Nightbell können Sie andere fragen.
voice-cover-withdrawn = { $asker } braucht niemanden mehr, im Plan { $rota }: { $span }. Es ist nichts zu tun.
voice-cover-refused = Die Leitung hat abgelehnt, dass { $taker } statt { $asker } Bereitschaft hat, im Plan { $rota }: { $span }. Der Plan bleibt, wie er ist.
voice-cover-soon = Noch niemand hat den Dienst von { $asker } übernommen, im Plan { $rota }: { $span }. { $asker } behält die Bereitschaft, wenn es so bleibt. Die Anfrage steht auf der Seite von Nightbell.
voice-cover-soon-to-approve = Es ist noch nicht zugestimmt, dass { $taker } statt { $asker } Bereitschaft hat, im Plan { $rota }: { $span }. Zum Zustimmen oder Ablehnen öffnen Sie bitte die Anfrage auf der Seite von Nightbell.
voice-cover-lapsed = Daraus wurde nichts: { $asker } hat Bereitschaft wie geplant, im Plan { $rota }: { $span }.
voice-cover-moved = Der Dienst von { $asker } im Plan { $rota } wurde verschoben, und mit ihm, was gefragt oder vereinbart war: { $span }.{ $return }
voice-cover-adrift = Der Plan { $rota } wurde geändert, und { $asker } hat danach keine Bereitschaft mehr: { $span }. Was gefragt oder vereinbart war, kann nicht folgen. Bitte sehen Sie es auf der Seite von Nightbell an.
voice-cover-undone = Im Plan { $rota } wurde geändert oder entfernt, dass { $taker } statt { $asker } Bereitschaft hat: { $span }. Bitte sehen Sie auf der Seite von Nightbell, wer Dienst hat.
voice-gaps-week = In den nächsten 90 Tagen trifft ein Notfall niemanden in Bereitschaft an: { $gaps }. Bitte füllen Sie den Plan auf der Seite von Nightbell.
voice-gaps-near = Bald trifft ein Notfall niemanden in Bereitschaft an: { $gaps }. Bitte füllen Sie den Plan auf der Seite von Nightbell.

## Von Telefonen, per SMS und per Anruf.
number-code = { $desk }: Ihr Code ist { $code }. Geben Sie ihn binnen 10 Minuten auf der Seite ein, die danach fragt, damit Alarme Sie hier sicher erreichen.
voice-number-code = Hier ist { $desk }. Ihr Code ist: { $code }.

## Satzteile für Sprachabläufe. Ohne Punkt: der Ablauf geht weiter.
state-held = { $ticket } ist offen, und { $holder } kümmert sich darum
state-called-back = { $ticket } ist offen, und { $holder } hat Sie zurückgerufen
state-paging = { $ticket } ist offen, und wir rufen Leute an, bis jemand übernimmt
state-waiting = { $ticket } ist offen und wartet auf die Supportzeiten
state-over = { $ticket } ist geschlossen
pages-one = Für Sie ist ein Alarm offen: { $ticket }, { $customer }
pages-many = Für Sie sind { $count } Alarme offen. Der erste: { $ticket }, { $customer }
pages-none = Für Sie ist kein Alarm offen
rung-all = alle, die Bereitschaft haben
rung = die { $which ->
    [first] erste
    [second] zweite
    [third] dritte
    [fourth] vierte
    [fifth] fünfte
   *[next] nächste
} Person
list = { $most } und { $last }
hours-none = nach Vereinbarung
day-alone = { $day }
range-days = { $from } bis { $to }
range-times = von { $from } bis { $to }
weekly = { $days } { $times }
moment = { $weekday }, { $day }. { $month }, { $time }
range-moments = { $from } bis { $to }
range-same-day = { $from } bis { $to }
time = { $hour } Uhr { $minutes }
time-full = { $hour } Uhr
weekday = { $day ->
    [Mon] Montag
    [Tue] Dienstag
    [Wed] Mittwoch
    [Thu] Donnerstag
    [Fri] Freitag
    [Sat] Samstag
   *[Sun] Sonntag
}
month = { $month ->
    [Jan] Januar
    [Feb] Februar
    [Mar] März
    [Apr] April
    [May] Mai
    [Jun] Juni
    [Jul] Juli
    [Aug] August
    [Sep] September
    [Oct] Oktober
    [Nov] November
   *[Dec] Dezember
}

# Lo que clientes y agentes leen y oyen fuera de los flujos de voz, en español. Breve, tranquilo, sencillo. Los SMS caben
# en el alfabeto GSM de 7 bits una vez quitados los acentos que no tiene, para que un aviso quepa en un mensaje. Los
# comandos (ACK, DECLINE …) son los mismos en todos los idiomas.

## Avisos por SMS.
page = SEV{ $severity } { $ticket } { $customer }: { $what } { $callback } { $answers }
page-muted = SEV{ $severity } { $ticket } { $customer }: { $what } { $callback } En silencio, pero hace falta usted. { $answers }
page-unknown-customer = Llamante desconocido
page-no-message = Aún sin mensaje.
page-callback-confirmed = Llamar al { $number }.
page-callback-unconfirmed = Llamar al { $number } (sin confirmar).
page-callback-none = Sin número al que llamar.
page-answers = Responda ACK { $digits }, DECLINE o CALL.
page-abandoned = SEV{ $severity } { $ticket }: alguien llamó y colgó sin decir nada. { $callback } No se avisa a nadie más.
page-unwritten = SEV1: no se pudo anotar una llamada a la línea de emergencias { $line }. { $callback } Llame enseguida; el ticket llegará después.
update = SEV{ $severity } { $ticket } { $customer }, { $news ->
    [recording] hay un mensaje de voz
    [callback] cambió el número al que llamar
    [called] el cliente volvió a llamar
    [pictures] el cliente envió imágenes
   *[texted] el cliente escribió
}: { $what } { $callback }

## Avisos por teléfono.
voice-page = { $desk }. Aviso de gravedad { $severity }. { $ticket }. { $customer }. { $what } { $callback }
voice-callback-confirmed = Número al que llamar: { $number }.
voice-callback-unconfirmed = Número al que llamar, sin confirmar: { $number }.
voice-callback-none = No hay número al que llamar.
voice-number = más { $digits }
voice-ticket = ticket { $digits }
voice-menu = Para aceptarlo, pulse 1. Para aceptarlo y llamar ahora al cliente, pulse 2. Para rechazarlo, pulse 4. Para oírlo otra vez, pulse asterisco.
voice-menu-recording = Para aceptarlo, pulse 1. Para aceptarlo y llamar ahora al cliente, pulse 2. Para oír el mensaje, pulse 3. Para rechazarlo, pulse 4. Para oírlo otra vez, pulse asterisco.
voice-wrong-key = Esa tecla no sirve aquí.
voice-no-recording = No hay ningún mensaje que oír.
voice-taken = Gracias, es suyo: { $ticket }. { $callback } Para llamar ahora al cliente, pulse 2. Si no, cuelgue y llámele pronto.
voice-put-through = Estamos llamando al cliente. No cuelgue, por favor.
voice-ready = Esta es la llamada al cliente por el { $ticket }, { $customer }. Para hablar con él, pulse 1.
voice-caller-waits = { $desk }. Hay un cliente en línea con una emergencia: { $ticket }, { $customer }. Para aceptarla y hablar ahora, pulse 1. Para rechazarla, pulse 4. Para oírlo otra vez, pulse asterisco.
voice-to-caller = Le pasamos la llamada.
voice-reached = La llamada por el { $ticket } queda anotada. Adiós.
voice-not-reached = ¿Pudo hablar con el cliente? Responda al SMS: DONE, o CALL para volver a intentarlo. Adiós.
voice-goodbye = Adiós.

## Respuestas a los comandos. Las de un solo ticket también se dicen por teléfono.
taken = Suyo: { $tickets }. Llame al cliente y luego responda DONE. CALL le pone en contacto.
taken-ticket = { $ticket } { $customer } { $number }
taken-ticket-no-number = { $ticket } { $customer } (sin número al que llamar)
taken-nothing = No tiene nada que aceptar. STATUS muestra lo que está abierto.
already-taken = { $ticket }: lo aceptó { $by } a { $time }. No hay que hacer nada.
seen = Anotado: ha visto { $ticket }. No se avisa a nadie. RESOLVE lo cierra.
yours-already = { $ticket } ya es suyo. Llame al cliente y luego responda DONE. CALL le pone en contacto.
declined = { $ticket }: rechazado. Avisamos a la siguiente persona.
declined-you-again = { $ticket }: rechazado, pero no queda nadie más: le avisamos otra vez.
declined-nobody = { $ticket }: rechazado, y no queda nadie a quien avisar. Se empieza de nuevo a { $time }.
not-asked = { $ticket }: no se le pide que lo acepte. No ha cambiado nada.
escalated = { $ticket } pasa ahora al siguiente nivel.
ringing = Le llamamos ahora. Pulse 1 para hablar con el cliente: { $ticket }.
no-callback-number = { $ticket }: no hay número al que llamar.
called-back = { $ticket }: llamada anotada. Responda RESOLVE cuando esté resuelto.
downgraded = { $ticket }: ahora tiene gravedad { $severity }. Ya no se avisa a nadie.
not-lower = { $ticket }: ya tiene gravedad { $severity }. DOWN pide una menor, como DOWN 3 y el motivo.
resolved = { $ticket }: resuelto.
noted = { $ticket }: anotado.
handed-over = { $ticket }: avisamos ahora a { $to }. No es de nadie hasta que alguien lo acepte.
paged = { $ticket }: avisamos también a { $agent }.
no-such-agent = { $ticket }: no hay nadie con ese nombre. No ha cambiado nada.
not-an-agent = { $ticket }: eso solo puede hacerlo un agente. No ha cambiado nada.
who = De guardia: { $people }.
who-nobody = No hay nadie de guardia.
who-ticket-held = { $ticket }: lo lleva { $holder }. { $on_call }
who-ticket-free = { $ticket }: aún no lo lleva nadie. { $on_call }
status = Abiertos: { $entries }.
and-more = y { $count } más
status-entry-free = { $ticket } SEV{ $severity } { $customer }, de nadie
status-entry-held = { $ticket } SEV{ $severity } { $customer }, lo lleva { $holder }
status-nothing = No hay nada abierto.
help = ACK aceptar. DECLINE al siguiente. ESC otro nivel. CALL conectar. DONE llamado. DOWN 3 motivo. RESOLVE. NOTE texto. WHO de guardia. STATUS.
unclear = No se entendió; no ha cambiado nada. Responda ACK, DECLINE, CALL, DONE, o ? para ver más.
unclear-perhaps = No se entendió; no ha cambiado nada. ¿Quería decir { $command }? Si no, responda ? para ver qué escribir.
which-one = ¿Qué ticket? Envíelo otra vez con uno de estos: { $tickets }.
which-one-entry = #{ $name } { $customer }
no-such-ticket = { $ticket } no está abierto. STATUS muestra lo que lo está.
nothing-open = No tiene nada abierto. STATUS muestra lo que hay.
not-yours = { $ticket }: no se le avisó a usted. No ha cambiado nada.
closed = { $ticket } ya está cerrado. No hay que hacer nada.

## A los agentes, sin que pregunten.
stand-down = Fin del aviso: { $by } lleva { $ticket }. No hay que hacer nada.
stand-down-lowered = Fin del aviso: { $ticket } tiene ahora gravedad { $severity }. No se avisa a nadie.
stand-down-lowered-by = Fin del aviso: { $by } puso { $ticket } en gravedad { $severity }. No se avisa a nadie.
stand-down-closed = Fin del aviso: { $ticket } está cerrado. No hay que hacer nada.
callback-reminder = { $ticket } { $customer }: aún sin llamar. { $callback } Luego responda DONE. Si no, pronto habrá otro aviso.
reached-them = { $ticket }: la llamada fue corta. ¿Habló con el cliente? Responda DONE { $digits }, o CALL { $digits } para reintentar.

## A los clientes.
still-trying = { $desk }: aún nadie ha respondido a su ticket { $digits }. Seguimos llamando; no hace falta que llame.
taken-by = { $desk }: { $by } lleva su ticket { $digits } y le llamará.
writer-receipt = { $desk }: recibimos su mensaje, ticket { $digits }. ¿Es urgente? Llame al { $number }.

## A los responsables.
method-dead-sms = { $agent } ya no recibe SMS: { $why }. Los avisos van por otras vías. Hay que arreglarlo.
method-dead-voice = { $agent } ya no recibe llamadas: { $why }. Los avisos van por otras vías. Hay que arreglarlo.
nobody-took-it = { $ticket }: nadie ha respondido. Se avisa ahora al último recurso y luego se empieza de nuevo.
everybody-muted = { $ticket }: toda la guardia está en silencio y no se le preguntó. Se avisa ahora al último recurso.
nobody-on-call = { $ticket }: un nivel no encontró a nadie de guardia. Se avisa al siguiente. Revise el calendario.
carrier-refused = El operador { $carrier } no quiere enviar: { $why }. Se prueba con otros. Revise la cuenta.

## De las guardias, por SMS.
cover-asked = { $asker } le pide que haga su guardia ({ $rota }): { $span }.{ $return }{ $note } Aceptar o rechazar: { $link }
cover-to-approve = { $taker } haría la guardia de { $asker } ({ $rota }): { $span }.{ $return } Aprobar o rechazar: { $link }
cover-agreed = { $taker } hace la guardia de { $asker } ({ $rota }): { $span }.{ $return } { $link }
cover-declined = Nadie hace su guardia ({ $rota }): { $span }. La hace usted. Preguntar a otros: { $link }
cover-withdrawn = { $asker } ya no necesita a nadie ({ $rota }): { $span }. No hay que hacer nada.
cover-refused = Rechazado por el responsable: { $taker } en lugar de { $asker } ({ $rota }), { $span }. El calendario queda como está.
cover-soon = Nadie la ha aceptado todavía: { $asker } ({ $rota }), { $span }. { $asker } sigue de guardia si nadie la acepta. { $link }
cover-soon-to-approve = Aún sin aprobar: { $taker } en lugar de { $asker } ({ $rota }), { $span }. Aprobar o rechazar: { $link }
cover-lapsed = Quedó en nada: { $asker } está de guardia como estaba previsto ({ $rota }), { $span }.
cover-moved = La guardia se ha movido, y con ella lo pedido o acordado: { $asker } ({ $rota }), ahora { $span }.{ $return } { $link }
cover-adrift = El calendario ha cambiado y { $asker } ya no está de guardia ({ $rota }) { $span }. Lo pedido o acordado no puede seguir. Revíselo: { $link }
cover-undone = Cambiado o quitado en el calendario: { $taker } en lugar de { $asker } ({ $rota }), { $span }. Vea quién está de guardia: { $link }
gaps-week = { $desk }: en los próximos 90 días una emergencia no encuentra a nadie de guardia: { $gaps }. Cúbralo: { $link }
gaps-near = { $desk }: pronto una emergencia no encuentra a nadie de guardia: { $gaps }. Cúbralo: { $link }
cover-in-return = A cambio, { $asker } hace la guardia { $other }.

## Lo mismo por teléfono, dicho tres veces. Sin direcciones: se oyen mal.
voice-notice = Le llama Nightbell, por { $desk }. { $news }
voice-cover-asked = { $asker } le pide que haga su guardia, en el calendario { $rota }: { $span }.{ $return }{ $note } Para aceptar o rechazar, abra la solicitud en la página de Nightbell.
voice-cover-to-approve = { $taker } haría la guardia de { $asker }, en el calendario { $rota }: { $span }.{ $return } Para aprobar o rechazar, abra la solicitud en la página de Nightbell.
voice-cover-agreed = { $taker } hace la guardia de { $asker }, en el calendario { $rota }: { $span }.{ $return }
voice-cover-declined = Nadie hace su guardia en el calendario { $rota }: { $span }. La hace usted. Puede preguntar a otros en la página de Nightbell.
voice-cover-withdrawn = { $asker } ya no necesita a nadie, en el calendario { $rota }: { $span }. No hay que hacer nada.
voice-cover-refused = El responsable ha rechazado que { $taker } haga la guardia de { $asker }, en el calendario { $rota }: { $span }. El calendario queda como está.
voice-cover-soon = Nadie ha aceptado todavía la guardia de { $asker }, en el calendario { $rota }: { $span }. { $asker } sigue de guardia si nadie la acepta. La solicitud está en la página de Nightbell.
voice-cover-soon-to-approve = Aún no está aprobado que { $taker } haga la guardia de { $asker }, en el calendario { $rota }: { $span }. Para aprobar o rechazar, abra la solicitud en la página de Nightbell.
voice-cover-lapsed = Quedó en nada: { $asker } está de guardia como estaba previsto, en el calendario { $rota }: { $span }.
voice-cover-moved = La guardia de { $asker } en el calendario { $rota } se ha movido, y con ella lo pedido o acordado: { $span }.{ $return }
voice-cover-adrift = El calendario { $rota } ha cambiado y { $asker } ya no está de guardia: { $span }. Lo pedido o acordado no puede seguir. Véalo en la página de Nightbell.
voice-cover-undone = En el calendario { $rota } se cambió o se quitó que { $taker } haga la guardia de { $asker }: { $span }. Vea en la página de Nightbell quién está de guardia.
voice-gaps-week = En los próximos 90 días una emergencia no encuentra a nadie de guardia: { $gaps }. Complete el calendario en la página de Nightbell.
voice-gaps-near = Pronto una emergencia no encuentra a nadie de guardia: { $gaps }. Complete el calendario en la página de Nightbell.

## De los teléfonos, por SMS y de viva voz.
number-code = { $desk }: su código es { $code }. Escríbalo en la página que lo pide antes de 10 minutos; así sabemos que los avisos le llegan.
voice-number-code = Le llama { $desk }. Su código es: { $code }.

## Partes de frases de los flujos de voz. Sin punto final: el flujo continúa.
state-held = El { $ticket } está abierto y lo lleva { $holder }
state-called-back = El { $ticket } está abierto y { $holder } le ha llamado
state-paging = El { $ticket } está abierto y seguimos llamando hasta que alguien lo acepte
state-waiting = El { $ticket } está abierto y espera al horario de soporte
state-over = El { $ticket } está cerrado
pages-one = Tiene un aviso abierto: { $ticket }, { $customer }
pages-many = Tiene { $count } avisos abiertos. El primero: { $ticket }, { $customer }
pages-none = No tiene ningún aviso abierto
rung-all = todas las personas de guardia
rung = la { $which ->
    [first] primera
    [second] segunda
    [third] tercera
    [fourth] cuarta
    [fifth] quinta
   *[next] siguiente
} persona
list = { $most } y { $last }
hours-none = con cita previa
day-alone = { $day }
range-days = de { $from } a { $to }
range-times = de { $from } a { $to }
weekly = { $days } { $times }
moment = el { $weekday } { $day } de { $month } a { $time }
range-moments = desde { $from } hasta { $to }
range-same-day = { $from } hasta { $to }
time = { $count ->
    [one] la
   *[other] las
} { $twelve } y { $minutes } { $part ->
    [night] de la madrugada
    [morning] de la mañana
    [noon] del mediodía
    [afternoon] de la tarde
   *[evening] de la noche
}
time-full = { $count ->
    [one] la
   *[other] las
} { $twelve } { $part ->
    [night] de la madrugada
    [morning] de la mañana
    [noon] del mediodía
    [afternoon] de la tarde
   *[evening] de la noche
}
weekday = { $day ->
    [Mon] lunes
    [Tue] martes
    [Wed] miércoles
    [Thu] jueves
    [Fri] viernes
    [Sat] sábado
   *[Sun] domingo
}
month = { $month ->
    [Jan] enero
    [Feb] febrero
    [Mar] marzo
    [Apr] abril
    [May] mayo
    [Jun] junio
    [Jul] julio
    [Aug] agosto
    [Sep] septiembre
    [Oct] octubre
    [Nov] noviembre
   *[Dec] diciembre
}

// Hands the question of a page to the browser's passkeys (Web Authentication) and posts the answer with the page's form. What it says
// stands in the page, in attributes of the form.
(() => {
  'use strict';

  const form = document.querySelector('form[data-passkey]');
  if (!form) {
    return;
  }

  const answer = form.elements.namedItem('credential');
  const problem = document.getElementById('passkey-problem');
  const say = (text) => {
    problem.textContent = text;
    problem.hidden = false;
  };

  const toBytes = (text) => Uint8Array.from(
    atob(text.replace(/-/g, '+').replace(/_/g, '/')), (letter) => letter.charCodeAt(0));
  const toText = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  const decode = (descriptors) => (descriptors || []).map((descriptor) => ({ ...descriptor, id: toBytes(descriptor.id) }));

  // By hand and not with toJSON and its kin, which some browsers, and some programs that keep passwords, do not have right.
  const create = async (options) => {
    const credential = await navigator.credentials.create({
      publicKey: {
        ...options,
        challenge: toBytes(options.challenge),
        user: { ...options.user, id: toBytes(options.user.id) },
        excludeCredentials: decode(options.excludeCredentials),
      },
    });
    return toJson(credential, {
      attestationObject: toText(credential.response.attestationObject),
      transports: credential.response.getTransports ? credential.response.getTransports() : [],
    });
  };

  const get = async (options) => {
    const credential = await navigator.credentials.get({
      publicKey: { ...options, challenge: toBytes(options.challenge), allowCredentials: decode(options.allowCredentials) },
    });
    const { authenticatorData, signature, userHandle } = credential.response;
    return toJson(credential, {
      authenticatorData: toText(authenticatorData),
      signature: toText(signature),
      userHandle: userHandle ? toText(userHandle) : null,
    });
  };

  const toJson = (credential, response) => JSON.stringify({
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: { clientDataJSON: toText(credential.response.clientDataJSON), ...response },
  });

  const run = async (isAskedFor) => {
    problem.hidden = true;
    try {
      const options = JSON.parse(form.dataset.options);
      answer.value = await (form.dataset.passkey === 'create' ? create(options) : get(options));
    } catch (error) {
      if (isAskedFor) {
        say(error.name === 'InvalidStateError' ? form.dataset.known : form.dataset.cancelled);
      }

      return;
    }

    // Past the listener below.
    form.submit();
  };

  if (!window.PublicKeyCredential) {
    say(form.dataset.unsupported);
    return;
  }

  let isRunning = false;
  const start = async (isAskedFor) => {
    if (!isRunning) {
      isRunning = true;
      await run(isAskedFor);
      isRunning = false;
    }
  };

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    start(true);
  });

  // Whoever came by a link has asked already; whoever came back or loads the page once more has not.
  const arrival = performance.getEntriesByType('navigation')[0];
  if (form.dataset.start === 'yes' && arrival && arrival.type === 'navigate') {
    start(false);
  }
})();

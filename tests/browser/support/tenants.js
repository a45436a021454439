// The tenants of these tests. 9 is what the vendor's client says it is, unless told otherwise.
export const secret = 'a-Secr3t_Str1ng!';
export const apiKey = 'aValidApiKey';

export function tenants(webhook, failingWebhook) {
  return {
    tenants: [
      { id: 9, name: 'roomle', webhook },
      { id: 42, name: 'acme', label: 'Acme Furniture', defaultLanguage: 'de', webhook, apiKey },
      { id: 43, name: 'unlucky', webhook: failingWebhook, apiKey: 'unluckyKey' },
    ],
    credentials: [{ apiKey, secret }, { apiKey: 'unluckyKey', secret }],
  };
}

global using RemoteDocument = Identity.Server.ClientDocuments.Fetching.RemoteCopy<Identity.Server.ClientDocuments.ClientDocument>;
global using RemoteKeys = Identity.Server.ClientDocuments.Fetching.RemoteCopy<Identity.Server.ClientDocuments.Authentication.ClientKeys>;
